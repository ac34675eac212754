import { type Kysely, sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { Database, Sealed } from './schema/index.js';
import { type SealedTable, sealedColumns } from './sealed-columns.js';
import { type KeyRing, retiredKeyGraceMs, Sealer } from './secrets.js';
import type { RunTransaction } from './transactions.js';

/*
 * Rotation replaces the data key: a new one is added and the others are retired in one transaction, then row after row
 * is sealed again under the new one, then the retired ones are deleted. Killed anywhere, the store opens everything;
 * what is left to do follows from the rows, so it is taken up by whoever comes next.
 */

export interface RotationOptions {
  /** Rows sealed again in one transaction. */
  batchSize?: number;
}

export interface RotationResult {
  /** Whether an earlier rotation, cut short, was finished; then no new data key was made. */
  resumed: boolean;
  /** How many secrets were sealed again. */
  resealed: number;
  /**
   * Retired data keys that other nodes may still seal with for some minutes; a later rotation or start deletes them.
   */
  retiredKeysLeft: number;
}

/** What a rotation works on. */
export interface SecretStore {
  db: Kysely<Database>;
  dialect: 'sqlite' | 'postgres';
  transaction: RunTransaction;
  ring: KeyRing;
  now(): Instant;
}

/** Makes a new data key and seals everything under it, or finishes a rotation that was cut short. */
export async function rotate(store: SecretStore, options: RotationOptions = {}): Promise<RotationResult> {
  const resumed = await store.transaction(async db => {
    // Locked, so that of two rotations that start at once the second one finishes the first.
    const keys = db.selectFrom('data_key').selectAll();
    const rows = await (store.dialect === 'postgres' ? keys.forUpdate() : keys).execute();
    if (rows.some(row => row.retired_at !== null)) return true;
    const id = await store.ring.addKey(db);
    await db.updateTable('data_key').set({ retired_at: store.now() }).where('id', '<>', id).execute();
    return false;
  });
  return { resumed, ...(await finishRotation(store, options)) };
}

/** Finishes a rotation that was cut short, if there is one. Cheap if there is none. */
export async function finishRotation(
  store: SecretStore,
  { batchSize = 200 }: RotationOptions = {},
): Promise<Omit<RotationResult, 'resumed'>> {
  await store.ring.load(store.db);
  if ((await retiredKeys(store)) === 0) return { resealed: 0, retiredKeysLeft: 0 };
  const { id: newest } = await store.ring.newest(store.db);
  let resealed = 0;
  // Until a pass finds nothing: what was being written when the new key came may be under the old one.
  for (let found = 1; found > 0; resealed += found) {
    found = 0;
    for (const { table, column } of sealedColumns) {
      found += await resealColumn(store, table, column, newest, batchSize);
    }
  }
  await deleteUnusedKeys(store);
  await store.ring.load(store.db);
  return { resealed, retiredKeysLeft: await retiredKeys(store) };
}

/**
 * Wraps the data keys with another master key: quick, since no secret is touched. Other nodes have to be restarted with
 * it.
 */
export async function rewrap(store: SecretStore, masterKey: Buffer): Promise<void> {
  await store.transaction(async db => {
    const rows = await db.selectFrom('data_key').select('id').execute();
    for (const { id } of rows) {
      const wrapped = store.ring.wrapWith(masterKey, id, await store.ring.get(db, id));
      await db.updateTable('data_key').set({ wrapped }).where('id', '=', id).execute();
    }
  });
  store.ring.useMasterKey(masterKey);
}

async function resealColumn(
  store: SecretStore,
  table: SealedTable,
  column: string,
  newest: string,
  batchSize: number,
): Promise<number> {
  let resealed = 0;
  for (let after = ''; ; ) {
    const from = after;
    const batch = await store.transaction(async db => {
      const sealer = new Sealer(db, store.ring);
      const { rows } = await sql<{ id: string; sealed: Sealed }>`
        select id, ${sql.ref(column)} as sealed from ${sql.table(table)}
        where id > ${from} and ${sql.ref(column)} is not null and ${underKey(column)} <> ${newest}
        order by id limit ${batchSize}`.execute(db);
      for (const { id, sealed } of rows) {
        const place = { table, column, id };
        const again = await sealer.seal(place, await sealer.open(place, sealed));
        // Not over what someone has written since we read it: that is under the new key already, or the next pass's.
        await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${again}
          where id = ${id} and ${sql.ref(column)} = ${sealed}`.execute(db);
      }
      return rows;
    });
    resealed += batch.length;
    const last = batch.at(-1);
    if (!last || batch.length < batchSize) return resealed;
    after = last.id;
  }
}

/**
 * Deletes the retired data keys that nothing is sealed under. On PostgreSQL not before the grace is over: until then,
 * another node that has not noticed the rotation may be about to write something sealed under one of them.
 */
async function deleteUnusedKeys({ db, dialect, now }: SecretStore): Promise<void> {
  const grace = dialect === 'sqlite' ? 0 : retiredKeyGraceMs;
  const unused = sealedColumns.map(
    ({ table, column }) => sql`not exists (select 1 from ${sql.table(table)} where ${underKey(column)} = data_key.id)`,
  );
  await sql`delete from data_key where retired_at <= ${now() - grace} and ${sql.join(unused, sql` and `)}`.execute(db);
}

async function retiredKeys({ db }: SecretStore): Promise<number> {
  const { count } = await db
    .selectFrom('data_key')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('retired_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** The id of the data key that a column is sealed under: a UUID's length of it. */
function underKey(column: string) {
  return sql`substr(${sql.ref(column)}, 1, 36)`;
}
