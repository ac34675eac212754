import type { Generated, Insertable, Selectable, Updateable } from 'kysely';
import type { Flag } from './schema/index.js';

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

/** A column's value in a record: flags are booleans. */
type Value<V> = [V] extends [Flag] ? boolean : [V] extends [Flag | null] ? boolean | null : V;

/**
 * A table's row as the rest of the server sees it: camelCase, flags as booleans, JSON columns parsed to the types given
 * in `Json`. Columns named in `Hidden` (the sealed ones) are left out.
 */
export type RecordOf<Table, Json extends object = object, Hidden extends keyof Table = never> = {
  [C in Exclude<keyof Table & string, Hidden> as Camel<C>]: C extends keyof Json
    ? Json[C]
    : Value<Table[C] extends Generated<infer V> ? V : Table[C]>;
};

/** What can be changed of a record: everything but what it is known by. */
export type Patch<R, Fixed extends keyof R = never> = {
  [F in Exclude<keyof R, 'id' | 'createdAt' | Fixed>]?: R[F] | undefined;
};

/** Tells which columns of a table are more than plain values. */
interface Columns<Table> {
  flags?: readonly (keyof Table & string)[];
  json?: readonly (keyof Table & string)[];
  /** Never part of a record: sealed columns. */
  hidden?: readonly (keyof Table & string)[];
}

/** Turns rows of one table into records and back. */
export class RecordShape<Table, R extends object> {
  readonly #kinds = new Map<string, 'flag' | 'json' | 'hidden'>();
  readonly #camel = new Map<string, string>();
  readonly #snake = new Map<string, string>();

  constructor(columns: Columns<Table> = {}) {
    for (const column of columns.flags ?? []) this.#kinds.set(column, 'flag');
    for (const column of columns.json ?? []) this.#kinds.set(column, 'json');
    for (const column of columns.hidden ?? []) this.#kinds.set(column, 'hidden');
  }

  /** The record of a row that was read with all of its columns. */
  record(row: Selectable<Table>): R {
    const record: Record<string, unknown> = {};
    for (const [column, value] of Object.entries(row as object)) {
      const kind = this.#kinds.get(column);
      if (kind === 'hidden') continue;
      record[this.#camelCase(column)] =
        kind === 'flag' && value !== null
          ? value === 1
          : kind === 'json' && typeof value === 'string'
            ? JSON.parse(value)
            : value;
    }
    return record as R;
  }

  /** The row to insert for a record; sealed columns are added by the caller. */
  row(record: R): Insertable<Table> {
    return this.#columns(record) as Insertable<Table>;
  }

  /** The columns to update for a part of a record. Fields that are `undefined` are left out. */
  changes(fields: { [F in keyof R]?: R[F] | undefined }): Updateable<Table> {
    return this.#columns(fields) as Updateable<Table>;
  }

  #columns(fields: object): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (const [field, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      const column = this.#snakeCase(field);
      const kind = this.#kinds.get(column);
      if (kind === 'hidden') throw new TypeError(`The sealed column ${column} can't be written as a plain value.`);
      row[column] =
        value === null ? null : kind === 'flag' ? Number(value) : kind === 'json' ? JSON.stringify(value) : value;
    }
    return row;
  }

  #camelCase(column: string): string {
    const known = this.#camel.get(column);
    if (known) return known;
    const field = column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    this.#camel.set(column, field);
    this.#snake.set(field, column);
    return field;
  }

  #snakeCase(field: string): string {
    return this.#snake.get(field) ?? field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
  }
}
