import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Kysely } from 'kysely';
import { openDatabase } from '../../../packages/server/src/store/database.js';
import { type OpenStore, openStore, type StoreOptions } from '../../../packages/server/src/store/index.js';
import type { Database } from '../../../packages/server/src/store/schema/index.js';
import { sqliteDialect } from '../../../packages/server/src/store/sqlite.js';
import { type Postgres, startPostgres } from '../../harness/postgres.js';

/** A kind of database to run every store test on. */
export interface TestDatabases {
  name: 'sqlite' | 'postgres';
  start(): Promise<void>;
  /** The URL of a fresh, empty database. */
  create(): Promise<string>;
  stop(): Promise<void>;
}

function sqliteFiles(): TestDatabases {
  let folder = '';
  let created = 0;
  return {
    name: 'sqlite',
    start: async () => {
      folder = mkdtempSync(join(tmpdir(), 'certfleet-store-'));
    },
    create: async () => {
      created += 1;
      return `sqlite:${join(folder, `test-${created}.db`)}`;
    },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

function postgresDatabases(): TestDatabases {
  let postgres: Postgres | undefined;
  return {
    name: 'postgres',
    start: async () => {
      postgres = await startPostgres();
    },
    create: async () => {
      if (!postgres) throw new Error('start() comes first.');
      return postgres.createDatabase();
    },
    stop: async () => postgres?.stop(),
  };
}

/** To be used as `describe.each(databases)('… on $name', kind => …)`. */
export const databases: [sqlite: TestDatabases, postgres: TestDatabases] = [sqliteFiles(), postgresDatabases()];

export const masterKey = Buffer.alloc(32, 7);

/** Opens a store with the tests' master key. */
export function open(url: string, options: Partial<StoreOptions> = {}): Promise<OpenStore> {
  return openStore({ url, masterKey, ...options });
}

/** A way past the store into its database, while the store is open. */
export async function rawDatabase(url: string): Promise<{ db: Kysely<Database>; close(): Promise<void> }> {
  if (!url.startsWith('sqlite:')) return openDatabase({ url });
  const file = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 5000 });
  const db = new Kysely<Database>({ dialect: sqliteDialect(file) });
  return { db, close: async () => file.close() };
}
