import { type Expression, sql } from 'kysely';

export type Dialect = 'sqlite' | 'postgres';
type OnDelete = 'cascade' | 'restrict' | 'set null';

/** A column: its type in each database, and what else is said of it. NOT NULL unless {@link optional}. */
export interface Column {
  type: Record<Dialect, Expression<unknown>>;
  nullable?: true;
  primaryKey?: true;
  /** Given by the database, never twice. */
  generated?: true;
  references?: { target: string; onDelete: OnDelete };
}

/**
 * Text compared byte by byte in both databases: a list has the same order on both, and an index also serves to find
 * the beginning of a value.
 */
export const text: Column = { type: { sqlite: sql`text`, postgres: sql`text collate "C"` } };
export const integer: Column = { type: { sqlite: sql`integer`, postgres: sql`bigint` } };
/** Epoch milliseconds. */
export const instant = integer;
/** 0 or 1. */
export const flag: Column = { type: { sqlite: sql`integer`, postgres: sql`smallint` } };
/** Parts and sums of a token bucket. */
export const real: Column = { type: { sqlite: sql`real`, postgres: sql`double precision` } };
export const json = text;
export const sealed = text;
export const id: Column = { ...text, primaryKey: true };
/** A number given by the database, never twice even after the row is deleted. */
export const sequence: Column = {
  type: { sqlite: sql`integer`, postgres: sql`bigint` },
  primaryKey: true,
  generated: true,
};

/** May be null. */
export function optional(column: Column): Column {
  return { ...column, nullable: true };
}

/** A foreign key to `table.column`; deleting what it refers to is refused unless `onDelete` says otherwise. */
export function references(target: string, onDelete: OnDelete = 'restrict'): Column {
  const column = target.endsWith('.index') ? integer : text;
  return { ...column, references: { target, onDelete } };
}
