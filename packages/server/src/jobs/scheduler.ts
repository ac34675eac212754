import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { type Instant, minutes, seconds } from '../domain/time.js';
import { pauseOf } from '../pause.js';
import type { Store } from '../store/index.js';
import { type Claim, type ClaimedJob, type JobRecord, LeaseLost } from '../store/jobs.js';

/** When to look again and, if it has changed, how urgent that is: the smaller the sooner. */
export type Next = Instant | { runAt: Instant; urgency: Instant };

/**
 * Looks at a job's subject and brings it forward. Returns when to look again, or null when nothing is left to do.
 *
 * It may be called again for work that is done, half done or under way elsewhere until a moment ago, so it decides from
 * the stored rows alone, and writes through `store.fenced(claimed.lease, …)`. When `signal` aborts it comes to an end
 * at the next step that is safe to stop at and returns now.
 */
export type JobHandler = (claimed: ClaimedJob, signal: AbortSignal) => Promise<Next | null>;

export interface SchedulerOptions {
  store: Store;
  clock: Clock;
  log: Logger;
  /** By kind of job. */
  handlers: Readonly<Record<string, JobHandler>>;
  /** Those of them that run while Certfleet is paused. */
  kindsWhilePaused: readonly string[];
  /** This process, as it signs its leases; unique for each start. */
  holder: string;
  /** Jobs at a time. */
  concurrency: number;
  /** How long a lease lasts without being renewed: after a crash, others take the work up after this. */
  leaseMs?: number;
  /** How often to look for work that another process has put into the store. */
  pollMs?: number;
}

const longestTimer = minutes(10);

/** Takes due jobs from the store, the most urgent first, and runs a few at a time. */
export class Scheduler {
  readonly #options: Required<SchedulerOptions>;
  readonly #running = new Map<string, Promise<void>>();
  /** Ends what is under way when Certfleet is paused; another one for what begins after that. */
  #pausing = new AbortController();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #claimAgain = false;

  constructor(options: SchedulerOptions) {
    this.#options = { leaseMs: seconds(60), pollMs: seconds(1), ...options };
  }

  start(): void {
    this.wake();
  }

  /** Something may be due now. Called after every enqueue; cheap to call too often. */
  wake(): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#claiming) {
      this.#claimAgain = true;
      return;
    }
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = undefined;
      if (!this.#claimAgain) return;
      this.#claimAgain = false;
      this.wake();
    });
  }

  /** Certfleet was paused: tells the running jobs that don't go on to come to an end at their next safe step. */
  pause(): void {
    this.#pausing.abort();
    this.#pausing = new AbortController();
  }

  /** How long the oldest job that may run has been due, in milliseconds; 0 when none waits. */
  async lag(): Promise<number> {
    const { store, clock, kindsWhilePaused } = this.#options;
    const paused = (await pauseOf(store)) !== null;
    return store.jobs.lag(clock.now(), paused ? kindsWhilePaused : undefined);
  }

  /** Claims nothing more, tells the running jobs to come to an end, and waits for them. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#claiming;
    await Promise.all(this.#running.values());
  }

  async #claim(): Promise<void> {
    const { store, clock, concurrency, log } = this.#options;
    clearTimeout(this.#timer);
    try {
      const limit = Math.max(concurrency - this.#running.size, 0);
      const pausing = this.#pausing.signal;
      const claimed = limit === 0 ? [] : await store.jobs.claim(this.#claimOf(limit));
      await this.#take(claimed, pausing);
      // With every place taken, the end of the first job looks again.
      if (claimed.length < limit) this.#sleepUntil(await store.jobs.nextRunAt());
    } catch (error) {
      // The store is out of reach: there is nowhere to write it down, so the log has to do; the work itself waits.
      log.error({ err: error }, 'Could not take jobs from the store; trying again');
      this.#sleepUntil(clock.now() + seconds(5));
    }
  }

  #claimOf(limit: number): Claim {
    const { clock, holder, leaseMs, handlers, kindsWhilePaused } = this.#options;
    return { holder, now: clock.now(), leaseMs, limit, kinds: Object.keys(handlers), kindsWhilePaused };
  }

  /** Not longer than the poll interval, since another process may enqueue without telling us. */
  #sleepUntil(at: Instant | null): void {
    if (this.#stopping.signal.aborted) return;
    const { clock, pollMs } = this.#options;
    const wait = Math.min(Math.max(at === null ? longestTimer : at - clock.now(), 0), longestTimer);
    // A job that is due but whose lock is taken would make us spin; the end of the job that has it wakes us anyway.
    this.#timer = setTimeout(() => this.wake(), wait === 0 ? pollMs : Math.min(wait, pollMs));
  }

  /**
   * Runs what was claimed. What is claimed when Certfleet has been stopped or paused is given back, for others or for
   * later. `pausing` is of before the claim: a pause may be committed after the claim and be told of before it.
   */
  async #take(claimed: readonly ClaimedJob[], pausing: AbortSignal): Promise<void> {
    const { store, log } = this.#options;
    for (const each of claimed) {
      const { job, lease } = each;
      const signal = this.#endOf(job, pausing);
      if (!signal.aborted) this.#start(each, signal);
      else {
        await store.jobs.release(lease, job).catch(error => {
          // It has not begun: whoever claims it when its lease has run out finds it as it is now.
          log.error({ err: error, job: job.kind, subject: job.subject }, 'Could not give a job back');
        });
      }
    }
  }

  /** Aborts when the job is to come to an end: at a stop, and at a pause unless it goes on then. */
  #endOf({ kind }: JobRecord, pausing: AbortSignal): AbortSignal {
    const stopping = this.#stopping.signal;
    return this.#options.kindsWhilePaused.includes(kind) ? stopping : AbortSignal.any([stopping, pausing]);
  }

  #start(claimed: ClaimedJob, end: AbortSignal): void {
    const { id } = claimed.job;
    const run = this.#run(claimed, end).finally(() => {
      // It may be running again already.
      if (this.#running.get(id) === run) this.#running.delete(id);
      this.wake();
    });
    this.#running.set(id, run);
  }

  async #run(claimed: ClaimedJob, end: AbortSignal): Promise<void> {
    const { store, clock, leaseMs, handlers, log } = this.#options;
    const { job, lease } = claimed;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, end]);
    // A certificate of a hundred names listens with a hundred requests; Node would warn of a leak from eleven on.
    setMaxListeners(0, signal);
    const renewal = setInterval(() => {
      store.jobs.renew(lease, clock.now() + leaseMs).catch(error => stop.abort(error));
    }, leaseMs / 3);
    try {
      const handler = handlers[job.kind];
      if (!handler) throw new Error(`No handler for jobs of kind ${job.kind}.`);
      const again = await handler(claimed, signal);
      if (again === null) await store.jobs.complete(lease, job);
      else {
        const pausing = this.#pausing.signal;
        await this.#take(await this.#putBack(claimed, again), pausing);
      }
    } catch (error) {
      if (error instanceof LeaseLost) {
        log.warn(
          { job: job.kind, subject: job.subject },
          'Another process has taken this work over; nothing was written',
        );
        return;
      }
      await this.#failed(claimed, error);
    } finally {
      clearInterval(renewal);
    }
  }

  /** Takes the next job into the place of this one at the same time, since each transaction waits for the disk. */
  async #putBack({ job, lease }: ClaimedJob, again: Next): Promise<ClaimedJob[]> {
    const { jobs } = this.#options.store;
    const next = { ...timing(again), attempt: 0, error: null };
    if (this.#stopping.signal.aborted) return jobs.reschedule(lease, job, next);
    try {
      return await jobs.reschedule(lease, job, next, this.#claimOf(1));
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      // This job did well, whatever became of taking the next one (claim.ts has a case): it must not count as failed.
      return jobs.reschedule(lease, job, next);
    }
  }

  /**
   * A failure that the handler did not account for itself: a defect, or a store out of reach. It is tried again, less
   * and less often, and stands in the job's `last_error` meanwhile.
   */
  async #failed({ job, lease }: ClaimedJob, error: unknown): Promise<void> {
    const { store, clock, log } = this.#options;
    const attempt = job.attempt + 1;
    const runAt = clock.now() + Math.min(seconds(5) * 4 ** job.attempt, minutes(60));
    log.error({ err: error, job: job.kind, subject: job.subject, attempt }, 'A job failed; it will be tried again');
    const message = error instanceof Error ? error.message : String(error);
    try {
      await store.jobs.reschedule(lease, job, { runAt, attempt, error: message });
    } catch (cause) {
      // Its lease runs out by itself, and whoever claims it then goes on from the stored rows.
      log.error(
        { err: cause, job: job.kind, subject: job.subject },
        'Could not put the failed job back; its lease will run out',
      );
    }
  }
}

function timing(next: Next): { runAt: Instant; urgency?: Instant } {
  return typeof next === 'number' ? { runAt: next } : next;
}
