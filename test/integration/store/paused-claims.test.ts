/** Paused with much that is due: what is asked each second does not read it. For SQLite: query-plans.test.ts. */
import { type CompiledQuery, Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause } from '../../../packages/server/src/pause.js';
import { rootContext } from '../../../packages/server/src/store/context.js';
import { openKeyRing } from '../../../packages/server/src/store/key-ring.js';
import { openPostgres, type PostgresDatabase } from '../../../packages/server/src/store/postgres.js';
import type { Database } from '../../../packages/server/src/store/schema/index.js';
import { Store } from '../../../packages/server/src/store/store.js';
import { postgresTransactions } from '../../../packages/server/src/store/transactions.js';
import { databases, masterKey, open } from './databases.js';

const [, postgres] = databases;
const queries: CompiledQuery[] = [];
let server: PostgresDatabase;
let db: Kysely<Database>;
let store: Store;

beforeAll(async () => {
  await postgres.start();
  const url = await postgres.create();
  await (await open(url)).close();
  server = await openPostgres(url);
  db = new Kysely<Database>({ dialect: server.dialect, log: ({ query }) => void queries.push(query) });
  const transaction = postgresTransactions(db);
  const database = {
    db,
    dialect: 'postgres',
    transaction,
    snapshot: transaction,
    close: async () => undefined,
  } as const;
  const ring = await openKeyRing(db, masterKey, Date.now);
  store = new Store(rootContext(database, ring, Date.now), { event: () => undefined, enqueued: () => undefined });
});
afterAll(async () => {
  await db?.destroy();
  await server?.close();
  await postgres.stop();
});

const due = 5_000;

test.each(['before the database has statistics', 'after it has'])('on PostgreSQL, %s', async when => {
  if (when === 'after it has') await sql`analyze`.execute(db);
  else await fill();
  const kindsWhilePaused = ['apply-load-balancer', 'prune'];
  const claim = {
    holder: 'me',
    now: Date.now(),
    leaseMs: 60_000,
    limit: 8,
    kinds: ['keep-valid', ...kindsWhilePaused],
  };
  queries.length = 0;
  const claimed = await store.jobs.claim({ ...claim, kindsWhilePaused });
  expect(claimed.map(({ job }) => job.kind).sort()).toEqual(kindsWhilePaused);
  await store.jobs.lag(claim.now, kindsWhilePaused);
  for (const { job, lease } of claimed) await store.jobs.release(lease, job);
  const selects = queries.filter(({ sql }) => sql.trim().startsWith('select') && sql.includes('job'));
  expect(selects).not.toEqual([]);
  for (const query of selects) expect(await jobsRead(query), query.sql).toBeLessThan(20);
});

/** Many that are due and paused, two that go on. */
async function fill(): Promise<void> {
  await sql`insert into job (id, kind, subject, lock, state, urgency, run_at, attempt, created_at)
    select 'job' || n, 'keep-valid', 's' || n, 'certificate:' || n, 'due', n, 1, 0, 1
    from generate_series(1, ${due}::int) n`.execute(db);
  for (const kind of ['apply-load-balancer', 'prune']) {
    await store.jobs.enqueue({ kind, subject: 'all', lock: kind, urgency: 1, runAt: 0 });
  }
  await store.transaction(tx => pause(tx, { by: 'user:anna', reason: 'Moving.' }, Date.now()));
}

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** How many rows of `job` a statement reads, as PostgreSQL counts them. */
async function jobsRead({ sql: text, parameters }: CompiledQuery): Promise<number> {
  const { rows } = await server.pool.query(`explain (analyze, format json) ${text}`, [...parameters]);
  const read = (node: PlanNode): number =>
    (node['Relation Name'] === 'job'
      ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      : 0) + (node.Plans ?? []).reduce((sum, each) => sum + read(each), 0);
  return read(rows[0]['QUERY PLAN'][0].Plan);
}
