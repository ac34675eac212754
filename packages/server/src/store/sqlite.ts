import { realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { Kysely, SqliteDialect, type SqliteStatement } from 'kysely';
import { DomainError } from '../domain/errors.js';
import { explainFailure } from './failures.js';
import type { Database } from './schema/index.js';

/** How many prepared statements are kept; lists with `in (…)` make a new one for each length. */
const statementCacheSize = 500;

export interface SqliteOptions {
  /** Refuse to grow beyond this many pages of 4096 bytes, with `store-full`. Left out: the disk is the limit. */
  maxPages?: number;
}

/** An open SQLite file that no other Certfleet process can open. */
export interface SqliteFile {
  database: DatabaseSyncInstance;
  dialect: SqliteDialect;
  /** Closes the database and lets go of the lock. */
  close(): void;
}

/**
 * Opens the file, creating it (0600) if need be, for this process alone.
 *
 * WAL with synchronous=FULL: a transaction that was acknowledged outlives a crash of the machine.
 * Throws `DomainError` `store-in-use`.
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<SqliteFile> {
  await createPrivately(path);
  const lock = lockFile(path);
  try {
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 5000 });
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32000');
    // Pages of 4 KiB. Many are written again and again (the last of an index): copied four times as seldom, they are
    // copied less often in all.
    database.exec('pragma wal_autocheckpoint = 4000');
    if (options.maxPages) database.exec(`pragma max_page_count = ${options.maxPages}`);
    const close = () => {
      database.close();
      lock.close();
    };
    return { database, dialect: sqliteDialect(database), close };
  } catch (error) {
    lock.close();
    throw explainFailure(error);
  }
}

/** Keys are in it, sealed, but so is everything about the fleet: no one else may read it, whatever the umask. */
async function createPrivately(path: string): Promise<void> {
  await (await open(path, 'a', 0o600)).close();
}

/**
 * Keeps a second server away from the file. The lock is SQLite's own exclusive lock (fcntl on Unix, LockFileEx on
 * Windows) on an empty file beside it, `<file>.lock`: the kernel drops it when the process dies, however it dies, so it
 * never has to be removed by hand. It is not on the database itself so that a read-only tool can look into that while
 * the server runs; it is found by the real path, so that a symbolic link is no way around it.
 */
export function lockFile(path: string): DatabaseSyncInstance {
  const lock = new DatabaseSync(`${realpathSync(path)}.lock`, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && error.message.includes('locked'))) throw explainFailure(error);
    throw new DomainError(
      'store-in-use',
      `Another Certfleet process has ${path} open. Stop it first, let it do the work (the commands that talk to the API do), or use PostgreSQL for several servers.`,
      { cause: error },
    );
  }
}

/** Runs `body` on the file as it is now, by a connection of its own that can only read. */
export async function readSnapshot<T>(path: string, body: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    // The first statement that reads takes the snapshot.
    database.exec('begin');
    database.prepare('select 1 from data_key').get();
    return await body(new Kysely<Database>({ dialect: sqliteDialect(database) }));
  } finally {
    database.close();
  }
}

/** Kysely's SQLite dialect is written for another driver; this is the difference, with a cache of statements. */
export function sqliteDialect(database: DatabaseSyncInstance): SqliteDialect {
  const statements = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const known = statements.get(text);
    if (known) return known;
    const statement = explaining(database.prepare(text));
    if (statements.size >= statementCacheSize) statements.clear();
    statements.set(text, statement);
    return statement;
  };
  return new SqliteDialect({
    database: {
      prepare: text => {
        try {
          return prepare(text);
        } catch (error) {
          throw explainFailure(error);
        }
      },
      // The database outlives Kysely, which lets go of it before the lock is dropped.
      close: () => undefined,
    },
  });
}

function explaining(statement: StatementSyncInstance): SqliteStatement {
  type Values = Parameters<StatementSyncInstance['all']>;
  return {
    reader: statement.columns().length > 0,
    all: values => explained(() => statement.all(...(values as Values))),
    run: values => explained(() => statement.run(...(values as Values))),
    iterate: values => statement.iterate(...(values as Values)) as IterableIterator<unknown>,
  };
}

function explained<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explainFailure(error);
  }
}
