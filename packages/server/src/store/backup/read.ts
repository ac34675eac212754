import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database, Sealed } from '../schema/index.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../secrets.js';
import type { Entry, Tag } from './entry.js';
import {
  belongings,
  idColumn,
  type Part,
  type Row,
  referencesOf,
  settingsThatStay,
  type Table,
  things,
} from './places.js';

/** What a store is read with: one state of it, which nothing changes meanwhile. */
export interface Snapshot {
  db: Kysely<Database>;
  sealer: Sealer;
}

/** Things read at a time: what a backup holds in memory. */
const pageSize = 200;

/**
 * The things of these parts, each after those that it refers to; what is referred to in another part is named. Of a
 * certificate only the current version is read, and those that were revoked.
 */
export async function* readEntries(snapshot: Snapshot, parts: readonly Part[]): AsyncGenerator<Entry> {
  const ofVirtualServices: OfVirtualServices = { solvers: new Set(), targets: new Set() };
  const named = new Set(things.filter(({ part }) => parts.includes(part)).flatMap(({ table }) => referredFrom(table)));
  for (const { table, part, knownBy } of things) {
    const wanted = parts.includes(part) || (parts.includes('vs') && (table === 'solver' || table === 'target'));
    if (!wanted && !named.has(table)) continue;
    for await (const page of pagesOf(snapshot, table)) {
      const whole = wanted ? await withBelongings(snapshot, table, page) : page.map(row => nameOf(table, row, knownBy));
      noteVirtualServices(table, page, ofVirtualServices);
      for (const entry of whole) {
        yield { ...entry, tags: wanted ? tagsOf(entry, part, ofVirtualServices) : [] };
      }
    }
  }
}

/** Solvers and targets of virtual services: their things are restored with these. */
interface OfVirtualServices {
  solvers: Set<unknown>;
  targets: Set<unknown>;
}

function noteVirtualServices(table: Table, rows: readonly Row[], { solvers, targets }: OfVirtualServices): void {
  if (table !== 'solver' && table !== 'target') return;
  const ids = table === 'solver' ? solvers : targets;
  for (const { id, type } of rows) if (type === 'virtual-service') ids.add(id);
}

function tagsOf({ table, row, belongings: rows }: Entry, part: Part, { solvers, targets }: OfVirtualServices): Tag[] {
  if (table === 'certificate') {
    const served = rows.some(({ table: name, row: { target_id: id } }) => name === 'assignment' && targets.has(id));
    return [
      'full',
      ...(row.policy_id === null ? (['third'] as const) : []),
      ...(served ? (['certificates-of-vs'] as const) : []),
    ];
  }
  if (part === 'certificates') return ['full', 'third'];
  if (solvers.has(row.id) || targets.has(row.id) || (table === 'domain' && solvers.has(row.solver_id))) return ['vs'];
  return [part];
}

/** The tables of things that a table's rows, or what belongs to them, refer to. */
function referredFrom(table: Table): Table[] {
  const own = [table, ...belongings(table).map(one => one.table)];
  return own.flatMap(one => referencesOf(one).map(({ to }) => to));
}

async function* pagesOf({ db }: Snapshot, table: Table): AsyncGenerator<Row[]> {
  const id = sql.ref(idColumn(table));
  for (let after: string | number | null = null; ; ) {
    const from: RawBuilder<unknown> = after === null ? sql`` : sql`where ${id} > ${after}`;
    const { rows }: { rows: Row[] } =
      await sql<Row>`select * from ${sql.table(table)} ${from} order by ${id} limit ${sql.lit(pageSize)}`.execute(db);
    yield table === 'setting' ? rows.filter(({ name }) => !settingsThatStay.includes(String(name))) : rows;
    after = rows.at(-1)?.[idColumn(table)] ?? null;
    if (rows.length < pageSize) return;
  }
}

function nameOf(table: Table, row: Row, knownBy: readonly string[]): Entry {
  const columns = [idColumn(table), ...knownBy];
  return {
    table,
    tags: [],
    row: Object.fromEntries(columns.map(column => [column, row[column] ?? null])),
    keys: [],
    belongings: [],
  };
}

async function withBelongings(snapshot: Snapshot, table: Table, page: readonly Row[]): Promise<Entry[]> {
  const column = idColumn(table);
  const entries = new Map<unknown, Entry>();
  for (const row of page) {
    entries.set(row[column], { table, tags: [], row: await opened(snapshot, table, row), keys: [], belongings: [] });
  }
  for (const { table: name, by } of belongings(table)) {
    const rows =
      name === 'version' ? await versionsOf(snapshot, page) : await rowsOf(snapshot, name, by, [...entries.keys()]);
    for (const row of rows) {
      entries.get(row[by])?.belongings.push({ table: name, row: await opened(snapshot, name, row) });
    }
  }
  const keys = await keysOf(snapshot, [...entries.values()]);
  for (const entry of entries.values()) {
    entry.keys = [...new Set(keyIds(entry))].flatMap(id => {
      const key = keys.get(id);
      return key ? [key] : [];
    });
  }
  return [...entries.values()];
}

function keyIds({ table, row, belongings: rows }: Entry): (string | number)[] {
  return [{ table, row }, ...rows].flatMap(each =>
    referencesOf(each.table).flatMap(({ column, to }) => {
      const id = each.row[column] ?? null;
      return to === 'key' && id !== null ? [id] : [];
    }),
  );
}

async function keysOf(snapshot: Snapshot, entries: readonly Entry[]): Promise<Map<unknown, Row>> {
  const rows = await rowsOf(snapshot, 'key', 'id', entries.flatMap(keyIds));
  return new Map(
    await Promise.all(rows.map(async (row): Promise<[unknown, Row]> => [row.id, await opened(snapshot, 'key', row)])),
  );
}

/** What was issued before is history, but for what was revoked: its keys must never be certified again, anywhere. */
async function versionsOf({ db }: Snapshot, certificates: readonly Row[]): Promise<Row[]> {
  const current = certificates.flatMap(row => row.current_version_id ?? []);
  const isCurrent = current.length > 0 ? sql`id in (${sql.join(current)}) or` : sql``;
  if (certificates.length === 0) return [];
  const { rows } = await sql<Row>`
    select * from version where certificate_id in (${sql.join(certificates.map(({ id }) => id))})
      and (${isCurrent} revoked_at is not null) order by certificate_id, number`.execute(db);
  return rows;
}

async function rowsOf({ db }: Snapshot, table: Table, column: string, values: readonly unknown[]): Promise<Row[]> {
  if (values.length === 0) return [];
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)} where ${sql.ref(column)} in (${sql.join(values)})`.execute(db);
  return rows;
}

/** The row with its secrets as they are: sealed, they would open on this store and in this row alone. */
async function opened({ sealer }: Snapshot, table: Table, row: Row): Promise<Row> {
  const secrets = sealedColumns.filter(place => place.table === table);
  if (secrets.length === 0) return row;
  const plain = { ...row };
  for (const { table: name, column } of secrets) {
    plain[column] = await sealer.openOptional(
      { table: name, column, id: String(row.id) },
      row[column] as Sealed | null,
    );
  }
  return plain;
}
