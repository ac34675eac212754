import { type Kysely, sql } from 'kysely';
import { DomainError } from '../../domain/errors.js';
import type { Instant } from '../../domain/time.js';
import type { Database } from '../schema/index.js';
import { initial } from './0001-initial.js';

/** One step from a version of the tables to the next. Once released, never changed: the next change is a new one. */
export interface Migration {
  name: string;
  up(db: Kysely<unknown>, dialect: 'sqlite' | 'postgres'): Promise<void>;
}

/** In order; the first one's number is 1. */
const migrations: readonly Migration[] = [initial];

/** Grows with each migration: stores of the same number have the same tables. */
export const schemaVersion = migrations.length;

/** Any number of ours: keeps two servers that start at once from migrating one PostgreSQL database together. */
const advisoryLock = 0x63657274;

interface MigrationTable {
  migration: { number: number; name: string; applied_at: number };
}

/**
 * Brings the tables up to this version. To be called in a transaction: killed or failed halfway, nothing has happened.
 *
 * Throws `DomainError` `store-too-new`, before anything is changed, if a newer version has been at work here.
 */
export async function migrate(
  connection: Kysely<Database>,
  dialect: 'sqlite' | 'postgres',
  now: Instant,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  const db = connection as unknown as Kysely<MigrationTable>;
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${advisoryLock})`.execute(db);
  const applied = await appliedMigrations(db, dialect);
  if (applied > steps.length) {
    throw new DomainError(
      'store-too-new',
      `The store is at migration ${applied}; this version of Certfleet knows ${steps.length}. Nothing was changed. Start the version that wrote it or a later one, or restore a backup that was made before.`,
    );
  }
  if (applied === 0) await createMigrationTable(db);
  for (const [index, migration] of steps.entries()) {
    if (index < applied) continue;
    await migration.up(db as unknown as Kysely<unknown>, dialect);
    await db
      .insertInto('migration')
      .values({ number: index + 1, name: migration.name, applied_at: now })
      .execute();
  }
}

async function appliedMigrations(db: Kysely<MigrationTable>, dialect: 'sqlite' | 'postgres'): Promise<number> {
  const found =
    dialect === 'sqlite'
      ? await sql`select 1 from sqlite_schema where type = 'table' and name = 'migration'`.execute(db)
      : await sql`select 1 from information_schema.tables where table_schema = current_schema() and table_name = 'migration'`.execute(
          db,
        );
  if (found.rows.length === 0) return 0;
  const { newest } = await db
    .selectFrom('migration')
    .select(eb => eb.fn.max('number').as('newest'))
    .executeTakeFirstOrThrow();
  return newest ?? 0;
}

async function createMigrationTable(db: Kysely<MigrationTable>): Promise<void> {
  await db.schema
    .createTable('migration')
    .addColumn('number', 'integer', column => column.primaryKey())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('applied_at', 'bigint', column => column.notNull())
    .execute();
}
