import type { Kysely } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { OpenDatabase } from './database.js';
import type { Database } from './schema/index.js';
import { type KeyRing, Sealer } from './secrets.js';

/** What a noun of the store works with: the database, or one transaction of it. */
export interface StoreContext {
  db: Kysely<Database>;
  dialect: 'sqlite' | 'postgres';
  sealer: Sealer;
  now(): Instant;
  /** Runs `action` once what is written here is committed: at once outside of a transaction, never after a failure. */
  afterCommit(action: () => void): void;
  /** Runs `body` in this transaction or, outside of one, in its own. */
  atomically<T>(body: (context: StoreContext) => Promise<T>): Promise<T>;
}

/** The context outside of transactions; each transaction has one of its own, which joins itself. */
export function rootContext(database: OpenDatabase, ring: KeyRing, now: () => Instant): StoreContext {
  const { db, dialect } = database;
  return {
    db,
    dialect,
    sealer: new Sealer(db, ring),
    now,
    afterCommit: action => action(),
    atomically: async body => {
      const actions: (() => void)[] = [];
      const result = await database.transaction(connection => {
        const context: StoreContext = {
          db: connection,
          dialect,
          sealer: new Sealer(connection, ring),
          now,
          afterCommit: action => actions.push(action),
          atomically: inner => inner(context),
        };
        return body(context);
      });
      for (const action of actions) action();
      return result;
    },
  };
}
