import type { Kysely } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { Database } from './schema.js';
import type { Sealer } from './secrets.js';

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
