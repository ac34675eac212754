import { type Selectable, sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { type RecordOf, RecordShape } from './records.js';
import type { JobTable } from './schema/index.js';
import { pausedSetting } from './settings.js';

export type JobRecord = RecordOf<JobTable>;

/** The right to work under a lock until the lease ends or, after that, until someone else takes it. */
export interface Lease {
  lock: string;
  fence: number;
  holder: string;
}

export interface ClaimedJob {
  job: JobRecord;
  lease: Lease;
}

export interface Claim {
  /** This process; unique for each start. */
  holder: string;
  now: Instant;
  leaseMs: number;
  /** At most this many jobs. */
  limit: number;
  /** Only these; all if left out. */
  kinds?: readonly string[] | undefined;
  /** While Certfleet is paused, only these of them; left out: a pause changes nothing. */
  kindsWhilePaused?: readonly string[] | undefined;
}

export const jobShape = new RecordShape<JobTable, JobRecord>();

/**
 * What jobs.ts's `claim` does, in one transaction. Written as SQL since it runs for every job: building the statements
 * anew each time costs more than running them.
 */
export async function claimJobs(context: StoreContext, claim: Claim): Promise<ClaimedJob[]> {
  // A restore has all locks for itself. Waiting for it after jobs' rows were locked would make it wait for us.
  if (context.dialect === 'postgres') await sql`lock table lock in row exclusive mode`.execute(context.db);
  await noticeDueJobs(context, claim.now);
  const candidates = await dueJobs(context, claim);
  if (candidates.length === 0) return [];
  const locks = candidates.map(job => job.lock);
  const leases = await acquireLocks(context, locks, claim);
  const claimed = candidates.flatMap(job => {
    const lease = leases.get(job.lock);
    return lease ? [{ job: { ...job, state: 'running' as const }, lease }] : [];
  });
  if (claimed.length > 0) await markRunning(context, claimed, claim.now);
  return claimed;
}

/** Waiting jobs whose moment has come, and running ones whose holder let its lease run out, are due. */
async function noticeDueJobs({ db, dialect }: StoreContext, now: Instant): Promise<void> {
  const ripe = sql`state = 'waiting' and run_at <= ${now}`;
  const abandoned = sql`state = 'running' and lock in (select name from lock where held_until <= ${now})`;
  // Two servers that notice the same jobs would wait for each other: each takes those that the other one hasn't.
  const which =
    dialect === 'postgres'
      ? sql`id in (select id from job where (${ripe}) or (${abandoned}) for update skip locked)`
      : sql`(${ripe}) or (${abandoned})`;
  await sql`update job set state = 'due' where ${which}`.execute(db);
}

/**
 * The most urgent due job of each lock that is free. The limit is written out and not bound: SQLite plans a statement
 * anew whenever a LIMIT is bound to it, which takes eight times as long as running it.
 */
async function dueJobs(context: StoreContext, claim: Claim): Promise<JobRecord[]> {
  const { db, dialect } = context;
  const { now, limit } = claim;
  const { kinds, ids } = await whatMayRun(context, claim);
  if (ids?.length === 0) return [];
  const among = (alias: string) =>
    kinds === undefined ? sql`` : sql`and ${sql.ref(`${alias}.kind`)} in (${sql.join(kinds)})`;
  const which = ids === undefined ? among('job') : sql`and job.id in (${sql.join(ids)})`;
  const { rows } = await sql<Selectable<JobTable>>`
    select job.* from job left join lock on lock.name = job.lock
    where job.state = 'due' ${which} ${unlessPaused(claim)}
      and (lock.holder is null or lock.held_until <= ${now})
      and not exists (
        select 1 from job as rival
        where rival.lock = job.lock and rival.state = 'due' ${among('rival')}
          and (rival.urgency < job.urgency or (rival.urgency = job.urgency and rival.id < job.id)))
    order by job.urgency, job.id
    limit ${sql.lit(limit)} ${dialect === 'postgres' ? sql`for update of job skip locked` : sql``}`.execute(db);
  return rows.map(row => jobShape.record(row));
}

/**
 * The kinds to take; while Certfleet is paused also which jobs. What is paused stays due, up to some jobs for each
 * certificate, and must not be read by each claim. The few that go on are found by their kinds, in any state: with a
 * second condition the databases might prefer the index on the other one.
 */
async function whatMayRun(
  { db }: StoreContext,
  { kinds, kindsWhilePaused }: Pick<Claim, 'kinds' | 'kindsWhilePaused'>,
): Promise<{ kinds?: readonly string[] | undefined; ids?: string[] }> {
  if (kindsWhilePaused === undefined) return { kinds };
  const paused = await sql`select 1 from setting where name = ${pausedSetting}`.execute(db);
  if (paused.rows.length === 0) return { kinds };
  const goingOn = kinds ? kindsWhilePaused.filter(kind => kinds.includes(kind)) : kindsWhilePaused;
  if (goingOn.length === 0) return { ids: [] };
  const jobs = await sql<{ id: string; state: string }>`
    select id, state from job where kind in (${sql.join(goingOn)})`.execute(db);
  return { kinds: goingOn, ids: jobs.rows.filter(({ state }) => state === 'due').map(({ id }) => id) };
}

/** In the statement itself, so that what is claimed after a pause was committed is none of the paused kinds. */
function unlessPaused({ kindsWhilePaused }: Pick<Claim, 'kindsWhilePaused'>) {
  if (kindsWhilePaused === undefined) return sql``;
  return sql`and (job.kind in (${sql.join(kindsWhilePaused)})
    or not exists (select 1 from setting where name = ${pausedSetting}))`;
}

/**
 * Takes the locks that are still free: on PostgreSQL another server may have been faster since we looked. They are
 * taken in one order by all, so that two servers don't wait for each other. A claim that is part of a put-back has
 * another lock's row before these; that is a lock that others don't reach for unless its lease has run out. When two
 * servers do that to each other, PostgreSQL refuses one of them, which then puts its job back without a claim.
 */
async function acquireLocks({ db }: StoreContext, locks: string[], claim: Claim): Promise<Map<string, Lease>> {
  const { holder, now, leaseMs } = claim;
  const rows = locks.sort().map(name => sql`(${name}, 1, ${holder}, ${now + leaseMs})`);
  const acquired = await sql<{ name: string; fence: number }>`
    insert into lock (name, fence, holder, held_until) values ${sql.join(rows)}
    on conflict (name) do update
      set fence = lock.fence + 1, holder = excluded.holder, held_until = excluded.held_until
      where lock.holder is null or lock.held_until <= ${now}
    returning name, fence`.execute(db);
  return new Map(acquired.rows.map(({ name, fence }) => [name, { lock: name, fence, holder }]));
}

/** Whatever they were enqueued for until now, this run will see. */
async function markRunning({ db }: StoreContext, claimed: readonly ClaimedJob[], now: Instant): Promise<void> {
  const ids = sql.join(claimed.map(({ job }) => job.id));
  await sql`
    update job set state = 'running', again_at = case when again_at > ${now} then again_at end
    where id in (${ids})`.execute(db);
}
