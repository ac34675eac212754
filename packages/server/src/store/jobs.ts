import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import { type Claim, type ClaimedJob, claimJobs, type JobRecord, jobShape, type Lease } from './claim.js';
import type { StoreContext } from './context.js';
import { newId } from './ids.js';

/*
 * A job is a promise to look at `subject`. There is one row for each kind and subject, in one of three states:
 *
 *   waiting ── run_at comes ──► due ── claimed ──► running ── complete ──► gone (or waiting, if enqueued again meanwhile)
 *      ▲                         ▲                    │
 *      └────── reschedule ───────┼────────────────────┤
 *                                └── released, or its lease ran out
 *
 * `due` is a state of its own so that two indexes suffice: waiting jobs by run_at, due ones by urgency. What it costs
 * to claim grows with what is due and running, never with what waits; nor, while Certfleet is paused, with what is due
 * and may not run.
 *
 * A running job's lock is held: a row in `lock` with a holder and the end of the lease. Its fence grows with each
 * acquisition and is never reset while there is a job for it, so a process that lost its lease is refused by its older
 * fence. The row goes when the last job is gone and nobody holds it.
 */

export type { Claim, ClaimedJob, JobRecord, Lease };

export interface NewJob {
  kind: string;
  subject: string;
  /** Jobs with the same lock run one at a time: `certificate:<id>`. */
  lock: string;
  /** The smallest runs first: the notAfter of what is at stake. */
  urgency: Instant;
  runAt: Instant;
}

/** Someone else holds the lock now. What was to be written was not written; the other one does the work. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor(lease: Lease) {
    super(`${lease.holder} has lost its lease on ${lease.lock} (fence ${lease.fence}); nothing was written.`);
  }
}

/** Durable jobs and their locks. */
export class Jobs {
  readonly #context: StoreContext;
  readonly #enqueued: (runAt: Instant) => void;

  constructor(context: StoreContext, enqueued: (runAt: Instant) => void) {
    this.#context = context;
    this.#enqueued = enqueued;
  }

  /**
   * Sees to it that the job runs at `runAt` or earlier. If it is waiting already, the earlier moment and the greater
   * urgency count; if it is running, it runs once more, at `runAt`, since it may have looked before what we know now.
   */
  async enqueue({ kind, subject, lock, urgency, runAt }: NewJob): Promise<void> {
    const { db, now, afterCommit } = this.#context;
    await sql`
      insert into job (id, kind, subject, lock, state, urgency, run_at, again_at, attempt, last_error, created_at)
      values (${newId()}, ${kind}, ${subject}, ${lock}, 'waiting', ${urgency}, ${runAt}, null, 0, null, ${now()})
      on conflict (kind, subject) do update set
        urgency = case when job.urgency < excluded.urgency then job.urgency else excluded.urgency end,
        run_at = case when job.state = 'running' or job.run_at < excluded.run_at then job.run_at else excluded.run_at end,
        again_at = case when job.state <> 'running' then null
                        when job.again_at < excluded.run_at then job.again_at else excluded.run_at end,
        lock = case when job.state = 'running' then job.lock else excluded.lock end`.execute(db);
    afterCommit(() => this.#enqueued(runAt));
  }

  /** Takes due jobs whose locks nobody holds, the most urgent first, at most one for each lock. */
  claim(claim: Claim): Promise<ClaimedJob[]> {
    return this.#context.atomically(context => claimJobs(context, claim));
  }

  /** Keeps the lease until then. Throws {@link LeaseLost} if someone else has taken it. */
  async renew(lease: Lease, until: Instant): Promise<void> {
    await this.#updateLock(lease, { held_until: until });
  }

  /** Done: the job is gone, or waits again if it was enqueued while it ran. The lock is free. */
  complete(lease: Lease, job: Pick<JobRecord, 'id'>): Promise<void> {
    return this.#context.atomically(async context => {
      await new Jobs(context, this.#enqueued).#unlock(lease);
      const gone = await context.db
        .deleteFrom('job')
        .where('id', '=', job.id)
        .where('again_at', 'is', null)
        .executeTakeFirst();
      if (gone.numDeletedRows > 0n) return;
      await context.db
        .updateTable('job')
        .set(eb => ({
          state: 'waiting',
          run_at: eb.fn.coalesce('again_at', 'run_at'),
          again_at: null,
          attempt: 0,
          last_error: null,
        }))
        .where('id', '=', job.id)
        .execute();
    });
  }

  /**
   * Not done yet: runs again at `runAt`, or when it was enqueued for if that is earlier. The lock is free. With
   * `claim`, returns what that takes, as {@link claim} does, in the same transaction.
   */
  reschedule(
    lease: Lease,
    job: Pick<JobRecord, 'id'>,
    next: { runAt: Instant; attempt: number; error: string | null; urgency?: Instant | undefined },
    claim?: Claim,
  ): Promise<ClaimedJob[]> {
    return this.#context.atomically(async context => {
      await new Jobs(context, this.#enqueued).#unlock(lease);
      await context.db
        .updateTable('job')
        .set({
          state: 'waiting',
          run_at: sql`case when again_at < ${next.runAt} then again_at else ${next.runAt} end`,
          again_at: null,
          attempt: next.attempt,
          last_error: next.error,
          ...(next.urgency === undefined ? {} : { urgency: next.urgency }),
        })
        .where('id', '=', job.id)
        .execute();
      return claim ? claimJobs(context, claim) : [];
    });
  }

  /** Given back unfinished, to be taken up by anyone at once. */
  release(lease: Lease, job: Pick<JobRecord, 'id'>): Promise<void> {
    return this.#context.atomically(async context => {
      await new Jobs(context, this.#enqueued).#unlock(lease);
      await context.db.updateTable('job').set({ state: 'due' }).where('id', '=', job.id).execute();
    });
  }

  /**
   * Throws {@link LeaseLost} unless the lease's fence is the lock's current one. Within a transaction nobody can take
   * the lock over before its end. A lease that has run out, but that nobody else has taken, is still good.
   */
  async checkLease(lease: Lease): Promise<void> {
    const { db, dialect } = this.#context;
    const query = db
      .selectFrom('lock')
      .select('fence')
      .where('name', '=', lease.lock)
      .where('fence', '=', lease.fence)
      .where('holder', '=', lease.holder);
    const row = await (dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
    if (!row) throw new LeaseLost(lease);
  }

  /** When there is something to claim: now or in the past if there is already, null if there is nothing to wait for. */
  async nextRunAt(): Promise<Instant | null> {
    const { db, now } = this.#context;
    const due = await db
      .selectFrom('job')
      .leftJoin('lock', 'lock.name', 'job.lock')
      .select('job.run_at')
      .where('job.state', '=', 'due')
      .where(eb => eb.or([eb('lock.holder', 'is', null), eb('lock.held_until', '<=', now())]))
      // Written out and not bound, as in claim.ts.
      .limit(sql.lit(1))
      .executeTakeFirst();
    if (due) return due.run_at;
    const { waiting, held } = await db
      .selectNoFrom([
        db
          .selectFrom('job')
          .select(eb => eb.fn.min('run_at').as('first'))
          .where('state', '=', 'waiting')
          .as('waiting'),
        // When a holder dies, its job can be claimed at the end of its lease.
        db
          .selectFrom('lock')
          .select(eb => eb.fn.min('held_until').as('first'))
          .as('held'),
      ])
      .executeTakeFirstOrThrow();
    return earlier(waiting, held);
  }

  /**
   * How long the oldest job that is due and not claimed has been due, in milliseconds; 0 when there is none. `kinds`:
   * of these alone.
   */
  async lag(now: Instant, kinds?: readonly string[]): Promise<number> {
    const jobs = this.#context.db.selectFrom('job');
    const oldest = kinds
      ? // In any state, for the same reason as in claim.ts.
        await jobs.select(['state', 'run_at']).where('kind', 'in', kinds).execute()
      : await jobs
          .select(eb => ['state', eb.fn.min('run_at').as('run_at')])
          .where('state', 'in', ['waiting', 'due'])
          .groupBy('state')
          .execute();
    return Math.max(0, ...oldest.filter(({ state }) => state !== 'running').map(({ run_at }) => now - run_at));
  }

  /** How many jobs are in each state, by the index on it. */
  async countByState(): Promise<Record<string, number>> {
    const rows = await this.#context.db
      .selectFrom('job')
      .select(eb => ['state', eb.fn.countAll<number>().as('count')])
      .groupBy('state')
      .execute();
    return { waiting: 0, due: 0, running: 0, ...Object.fromEntries(rows.map(row => [row.state, Number(row.count)])) };
  }

  /** Frees what an earlier life of this holder, or anyone if left out, still holds. */
  async freeLeasesOf(holder?: string): Promise<void> {
    await this.#context.atomically(async ({ db }) => {
      let held = db.selectFrom('lock').select('name').where('held_until', '>', 0);
      if (holder !== undefined) held = held.where('holder', '=', holder);
      const locks = (await held.execute()).map(lock => lock.name);
      if (locks.length === 0) return;
      await db.updateTable('lock').set({ holder: null, held_until: null }).where('name', 'in', locks).execute();
      await db
        .updateTable('job')
        .set({ state: 'due' })
        .where('state', '=', 'running')
        .where('lock', 'in', locks)
        .execute();
    });
  }

  /** Whoever holds the lock has lost it: what its rows say was replaced. Its job may run again at once. */
  async takeAway(lock: string): Promise<void> {
    const { db } = this.#context;
    await db
      .updateTable('lock')
      .set(eb => ({ fence: eb('fence', '+', 1), holder: null, held_until: null }))
      .where('name', '=', lock)
      .execute();
    await db.updateTable('job').set({ state: 'due' }).where('lock', '=', lock).where('state', '=', 'running').execute();
  }

  /**
   * Deletes, of `limit` locks behind the one named `after`, those that nobody holds and no job needs: their subject is
   * gone and does not come back, so that their fence is never asked for again. Returns the last one's name, to go on
   * behind it; null when there was none.
   */
  pruneLocks(after: string, limit = 1000): Promise<string | null> {
    return this.#context.atomically(async ({ db }) => {
      const locks = await db
        .selectFrom('lock')
        .select('name')
        .where('name', '>', after)
        .orderBy('name')
        .limit(limit)
        .execute();
      const last = locks.at(-1)?.name;
      if (last === undefined) return null;
      await db
        .deleteFrom('lock')
        .where('name', '>', after)
        .where('name', '<=', last)
        .where('holder', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('job').select('job.id').whereRef('job.lock', '=', 'lock.name'))),
        )
        .execute();
      return last;
    });
  }

  /** The job for a subject, if there is one in any state. */
  async find(kind: string, subject: string): Promise<JobRecord | undefined> {
    const row = await this.#context.db
      .selectFrom('job')
      .selectAll()
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .executeTakeFirst();
    return row && jobShape.record(row);
  }

  /** Withdraws a job that is not running; one that runs finds out from the rows. Returns whether there was one. */
  async cancel(kind: string, subject: string): Promise<boolean> {
    const { numDeletedRows } = await this.#context.db
      .deleteFrom('job')
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .where('state', '<>', 'running')
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async #unlock(lease: Lease): Promise<void> {
    await this.#updateLock(lease, { holder: null, held_until: null });
  }

  async #updateLock(lease: Lease, changes: { holder?: null; held_until: Instant | null }): Promise<void> {
    const result = await this.#context.db
      .updateTable('lock')
      .set(changes)
      .where('name', '=', lease.lock)
      .where('fence', '=', lease.fence)
      .where('holder', '=', lease.holder)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) throw new LeaseLost(lease);
  }
}

function earlier(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
