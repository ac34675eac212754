import { Kysely } from 'kysely';
import { DomainError } from '../domain/errors.js';
import { openPostgres } from './postgres.js';
import type { Database } from './schema/index.js';
import { openSqlite, readSnapshot, type SqliteOptions } from './sqlite.js';
import { GroupCommit, postgresTransactions, type RunTransaction } from './transactions.js';

/** A database that is open, with what must be closed. */
export interface OpenDatabase {
  db: Kysely<Database>;
  dialect: 'sqlite' | 'postgres';
  transaction: RunTransaction;
  /** Runs `body` on one state of the database; what others write meanwhile is not seen, and not held up. */
  snapshot: RunTransaction;
  close(): Promise<void>;
}

/** Opens the database that a store's URL names, as it is. Throws `DomainError` `store-in-use` or `invalid-input`. */
export async function openDatabase({ url, sqlite }: { url: string; sqlite?: SqliteOptions }): Promise<OpenDatabase> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path) {
    const file = await openSqlite(path, sqlite);
    const db = new Kysely<Database>({ dialect: file.dialect });
    const commits = new GroupCommit(db, file.database);
    const close = async () => {
      await commits.idle();
      await db.destroy();
      file.close();
    };
    return {
      db,
      dialect: 'sqlite',
      transaction: body => commits.run(body),
      snapshot: body => readSnapshot(path, body),
      close,
    };
  }
  if (/^postgres(ql)?:/.test(url)) {
    const server = await openPostgres(url);
    const db = new Kysely<Database>({ dialect: server.dialect });
    const close = async () => {
      await db.destroy();
      await server.close();
    };
    const snapshot: RunTransaction = body =>
      db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(body);
    return { db, dialect: 'postgres', transaction: postgresTransactions(db), snapshot, close };
  }
  throw new DomainError(
    'invalid-input',
    'store.url must begin with "sqlite:" and a path, or with "postgres://". Correct it in certfleet.yaml or CERTFLEET_STORE_URL.',
  );
}
