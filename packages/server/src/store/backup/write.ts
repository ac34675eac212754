import { sql } from 'kysely';
import { DomainError } from '../../domain/errors.js';
import { Certificates } from '../certificates.js';
import type { StoreContext } from '../context.js';
import { takeDefault } from '../default-assignments.js';
import { newId } from '../ids.js';
import { sealedColumns } from '../sealed-columns.js';
import { Targets } from '../targets.js';
import type { Entry } from './entry.js';
import { deleteOfGoneServices } from './gone-services.js';
import { type Kept, keepWhatIsNewer } from './keep.js';
import {
  belongings,
  idColumn,
  type Reference,
  type Row,
  references,
  referencesOf,
  type Table,
  things,
} from './places.js';

/** A thing that was restored. */
export interface Restored {
  table: Table;
  /** Its id here. */
  id: string | number;
  /** As it is here now. */
  row: Row;
  /** Whether it took the place of one that was here. */
  replaced: boolean;
}

type Id = string | number;

/**
 * Puts the things of a backup into a store, in one transaction, in the order of the file. What people know by the same
 * (a name, a pattern) is replaced and keeps its id, so that what refers to it here refers to what was restored; other
 * things stay. Only virtual services are replaced as a whole, since they share sockets and numbers.
 */
export class EntryWriter {
  readonly #context: StoreContext;
  /** From an id in the file to the id here, of things that others refer to: `<table>:<id>`. */
  readonly #ids = new Map<string, Id>();
  /** What was left out, and why. */
  readonly leftOut: string[] = [];
  readonly #restoredOfServices: string[] = [];

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** To be called first when virtual services are to be restored. */
  async removeVirtualServices(): Promise<void> {
    await this.#context.db.deleteFrom('virtual_service').execute();
  }

  /** Notes that a thing is not wanted, but may be here: what refers to it then refers to that one. */
  async name({ table, row }: Entry): Promise<void> {
    const known = (await this.#find(table, row)) ?? (await this.#byId(table, row));
    if (known && isReferredTo(table)) this.#ids.set(keyOf(table, row), idIn(known, table));
    if (!known) return;
    // What could not refer to its solver when it was restored without it may do so now.
    for (const { column, to, without } of referencesOf(table)) {
      const id = without === 'null' && this.#ids.get(`${to}:${row[column]}`);
      if (!id || known[column] !== null) continue;
      await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${id} where id = ${known.id} and ${sql.ref(column)} is null`.execute(
        this.#context.db,
      );
    }
  }

  /** Restores a thing; undefined when it had to be left out. Throws `not-possible` when what it needs is missing. */
  async put(given: Entry): Promise<Restored | undefined> {
    const { entry, known, keyIds, versionIds } = await this.#withWhatIsHere(given);
    const { table, row, keys, belongings: rows } = entry;
    const own = new Map<string, Id>([...keyIds].map(([there, here]) => [`key:${there}`, here]));
    for (const key of keys) own.set(keyOf('key', key), newId());
    for (const each of rows) if ('id' in each.row) own.set(keyOf(each.table, each.row), newId());
    const resolved = this.#resolve(table, row, own);
    if (!resolved) return undefined;
    for (const key of keys) await this.#insert('key', { ...key, id: own.get(keyOf('key', key)) ?? newId() });

    const replaced = known ?? (await this.#find(table, resolved));
    const id = replaced ? idIn(replaced, table) : await this.#freeId(table, row);
    own.set(keyOf(table, row), id);
    if (replaced) await this.#replace(table, { ...resolved, [idColumn(table)]: id }, versionIds);
    else await this.#insert(table, { ...resolved, [idColumn(table)]: id });
    for (const each of rows) await this.#putBelonging(table, id, each, own);
    if (isReferredTo(table)) this.#ids.set(keyOf(table, row), id);
    if (table === 'solver' || table === 'target') this.#restoredOfServices.push(String(id));
    return { table, id, row: resolved, replaced: replaced !== undefined };
  }

  /** To be called last when virtual services were restored. */
  async finishVirtualServices(): Promise<void> {
    const { db, dialect } = this.#context;
    this.leftOut.push(...(await deleteOfGoneServices(this.#context, this.#restoredOfServices)));
    // An index that was restored is never given again.
    if (dialect === 'postgres') {
      await sql`select setval(pg_get_serial_sequence('virtual_service', 'index'),
        greatest((select coalesce(max(index), 1) from virtual_service),
                 (select last_value from virtual_service_index_seq)))`.execute(db);
    }
  }

  /** Deletes the keys that nothing refers to any more because what had them was replaced. */
  async deleteUnusedKeys(): Promise<void> {
    await sql`delete from ${sql.table('key')} where not exists (select 1 from account where key_id = ${sql.ref('key.id')} or next_key_id = ${sql.ref('key.id')})
      and not exists (select 1 from certificate where imported_key_id = ${sql.ref('key.id')})
      and not exists (select 1 from version where key_id = ${sql.ref('key.id')})
      and not exists (select 1 from ${sql.table('order')} where key_id = ${sql.ref('key.id')})`.execute(
      this.#context.db,
    );
  }

  /** The thing with what is known better here, and the row here that it replaces, as far as that can be told already. */
  async #withWhatIsHere(entry: Entry): Promise<Kept & { known: Row | undefined }> {
    const { table, row } = entry;
    const known = table === 'account' || table === 'certificate' ? await this.#find(table, row) : undefined;
    if (!known) return { entry, known, keyIds: new Map(), versionIds: [], notes: [] };
    const kept = await keepWhatIsNewer(this.#context, entry, known);
    this.leftOut.push(...kept.notes);
    return { ...kept, known };
  }

  async #putBelonging(
    owner: Table,
    id: Id,
    { table, row }: Entry['belongings'][number],
    own: ReadonlyMap<string, Id>,
  ): Promise<void> {
    const resolved = this.#resolve(table, row, own);
    if (!resolved) return;
    const place = belongings(owner).find(one => one.table === table);
    if (place === undefined) throw new TypeError(`Rows of ${table} do not belong to ${owner}.`);
    const { by, onePer } = place;
    if (onePer !== undefined) {
      await sql`delete from ${sql.table(table)}
        where ${sql.ref(by)} = ${id} and ${sql.ref(onePer)} = ${resolved[onePer]}`.execute(this.#context.db);
    }
    if (table === 'assignment' && row.is_default === 1) await this.#takeDefault(String(resolved.target_id), id);
    const ownId = own.get(keyOf(table, row));
    await this.#insert(table, { ...resolved, [by]: id, ...(ownId === undefined ? {} : { id: ownId }) });
  }

  /** A target has one default: what is restored is it, and who was it here is told of. */
  async #takeDefault(targetId: string, certificateId: Id): Promise<void> {
    const former = await takeDefault(this.#context, targetId);
    if (former.length === 0) return;
    const { name } = await new Certificates(this.#context).get(String(certificateId));
    const { name: target } = await new Targets(this.#context).get(targetId);
    this.leftOut.push(...former.map(one => `${one} is not the default of ${target} any more: ${name} is.`));
  }

  /** The row with the ids of this store; undefined when it is to be left out. */
  #resolve(table: Table, row: Row, own: ReadonlyMap<string, Id>): Row | undefined {
    const resolved = { ...row };
    for (const reference of referencesOf(table)) {
      const value = row[reference.column] ?? null;
      if (value === null) continue;
      const key = `${reference.to}:${value}`;
      const id = own.get(key) ?? this.#ids.get(key);
      if (id === undefined && reference.without === 'leave the row out') {
        this.leftOut.push(
          `${describe(table, row)} was left out: its ${reference.to} is neither in what was restored nor here.`,
        );
        return undefined;
      }
      if (id === undefined) this.#missing(table, row, reference);
      resolved[reference.column] = id ?? null;
    }
    return resolved;
  }

  #missing(table: Table, row: Row, { to, without }: Reference): void {
    if (without === 'refuse') {
      throw new DomainError(
        'not-possible',
        `${describe(table, row)} can't be restored: its ${to} is neither in what is restored nor here. Restore the base configuration first. Nothing was changed.`,
      );
    }
    if (to !== 'version')
      this.leftOut.push(`${describe(table, row)} was restored without its ${to}, which is not here.`);
  }

  /** @param versionIds those that stay of what belongs to it here */
  async #replace(table: Table, row: Row, versionIds: readonly string[]): Promise<void> {
    const id = idIn(row, table);
    for (const { table: name, by, onePer } of belongings(table)) {
      if (onePer !== undefined) continue;
      const but = name === 'version' && versionIds.length > 0 ? sql`and id not in (${sql.join(versionIds)})` : sql``;
      await sql`delete from ${sql.table(name)} where ${sql.ref(by)} = ${id} ${but}`.execute(this.#context.db);
    }
    const sealed = await this.#sealed(table, row);
    const columns = Object.keys(sealed).filter(column => column !== idColumn(table));
    if (columns.length === 0) return;
    const changes = columns.map(column => sql`${sql.ref(column)} = ${sealed[column]}`);
    await sql`update ${sql.table(table)} set ${sql.join(changes)} where ${sql.ref(idColumn(table))} = ${id}`.execute(
      this.#context.db,
    );
  }

  async #insert(table: Table, row: Row): Promise<void> {
    const sealed = await this.#sealed(table, row);
    const columns = Object.keys(sealed);
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map(column => sql.ref(column)))})
      values (${sql.join(columns.map(column => sealed[column]))})`.execute(this.#context.db);
  }

  async #sealed(table: Table, row: Row): Promise<Row> {
    const sealed = { ...row };
    for (const place of sealedColumns.filter(one => one.table === table)) {
      const secret = row[place.column] as string | null;
      sealed[place.column] = await this.#context.sealer.sealOptional({ ...place, id: String(row.id) }, secret);
    }
    return sealed;
  }

  /** What people know here by the same. */
  async #find(table: Table, row: Row): Promise<Row | undefined> {
    const knownBy = things.find(thing => thing.table === table)?.knownBy ?? [];
    const known = knownBy.map(column => sql`${sql.ref(column)} = ${row[column]}`);
    const { rows } = await sql<Row>`select * from ${sql.table(table)} where ${sql.join(known, sql` and `)}`.execute(
      this.#context.db,
    );
    return rows[0];
  }

  async #byId(table: Table, row: Row): Promise<Row | undefined> {
    const column = idColumn(table);
    const { rows } =
      await sql<Row>`select * from ${sql.table(table)} where ${sql.ref(column)} = ${row[column]}`.execute(
        this.#context.db,
      );
    return rows[0];
  }

  /** The id in the file, unless something that was renamed here has it. */
  async #freeId(table: Table, row: Row): Promise<Id> {
    const id = idIn(row, table);
    return idColumn(table) === 'id' && (await this.#byId(table, row)) ? newId() : id;
  }
}

const referred = new Set<Table>(Object.values(references).flatMap(each => each.map(({ to }) => to)));

/** By things other than the one that it belongs to. */
function isReferredTo(table: Table): boolean {
  return referred.has(table);
}

function keyOf(table: Table, row: Row): string {
  return `${table}:${row[idColumn(table)]}`;
}

function idIn(row: Row, table: Table): Id {
  const id = row[idColumn(table)];
  if (id === null || id === undefined) throw new TypeError(`A row of ${table} has no ${idColumn(table)}.`);
  return id;
}

function describe(table: Table, row: Row): string {
  return `${table.replace('_', ' ')} ${row.name ?? row.pattern ?? row.value ?? ''}`.trim();
}
