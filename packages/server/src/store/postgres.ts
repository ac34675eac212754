import { PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { DomainError } from '../domain/errors.js';
import { explainFailure } from './failures.js';

/** OID of int8, which pg reads as text by default; ours are epoch milliseconds, ids and counts, far below 2^53. */
const int8 = 20;

/** A pool of connections to PostgreSQL. */
export interface PostgresDatabase {
  pool: pg.Pool;
  dialect: PostgresDialect;
  close(): Promise<void>;
}

/** Connects, and throws with the address when that is not possible. */
export async function openPostgres(url: string, connections = 10): Promise<PostgresDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: 'certfleet',
    connectionTimeoutMillis: 10_000,
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // A connection that breaks is replaced by the pool, and whoever waits for its answer is told by that query's failure.
  // Without a listener it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', client => client.on('error', () => undefined));
  try {
    (await pool.connect()).release();
  } catch (error) {
    await pool.end();
    throw new Error(
      `Could not connect to PostgreSQL at ${withoutPassword(url)}: ${error instanceof Error ? error.message : error}. Check store.url and that the server runs.`,
      { cause: error },
    );
  }
  return { pool, dialect: dialectFor(pool), close: () => pool.end() };
}

/** Kysely's dialect, with failures in our terms. The pool is ours to end. */
function dialectFor(pool: pg.Pool): PostgresDialect {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return new PostgresDialect({
    pool: {
      connect: async () => {
        const client = await pool.connect();
        const known = clients.get(client);
        if (known) return known;
        const wrapped = {
          query: (text: string, values: readonly unknown[]) =>
            client.query(text, values as unknown[]).catch(error => {
              throw explainFailure(error);
            }),
          release: () => client.release(),
        } as unknown as PostgresPoolClient;
        clients.set(client, wrapped);
        return wrapped;
      },
      end: async () => undefined,
    },
  });
}

/** The URL without what must not be shown. */
function withoutPassword(url: string): string {
  try {
    const shown = new URL(url);
    if (shown.password) shown.password = '…';
    return shown.href;
  } catch (cause) {
    throw new DomainError('invalid-input', 'store.url is not a URL.', { cause });
  }
}
