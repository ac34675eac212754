import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Instant } from '../domain/time.js';
import type { Store } from '../store/index.js';
import { type ClaimedJob, LeaseLost } from '../store/jobs.js';
import { type JobHandler, Scheduler } from './scheduler.js';

/** The part of the store that a scheduler uses, in memory: what it claims, and what it was told. */
class FakeJobs {
  due: ClaimedJob[] = [];
  nextAt: Instant | null = null;
  claims: { limit: number; kinds: readonly string[] | undefined }[] = [];
  /** How many jobs each put-back was to take, 0 for one without a claim. */
  readonly takenWithPutBack: number[] = [];
  /** What a put-back that takes jobs waits for, or fails by. */
  beforeTaking: () => Promise<void> = async () => undefined;
  /** What a claim that has taken its jobs waits for: its commit. */
  committed: () => Promise<void> = async () => undefined;
  readonly said: unknown[][] = [];
  renewals = 0;
  fault: Error | undefined;

  add(subject: string, kind = 'work'): ClaimedJob {
    const job = { id: subject, kind, subject, lock: subject, attempt: 0 } as ClaimedJob['job'];
    const claimed = { job, lease: { lock: subject, fence: 1, holder: 'me' } };
    this.due.push(claimed);
    return claimed;
  }

  async claim({ limit, kinds }: { limit: number; kinds?: readonly string[] }): Promise<ClaimedJob[]> {
    this.claims.push({ limit, kinds });
    if (this.fault) throw this.fault;
    const taken = this.due.splice(0, limit);
    await this.committed();
    return taken;
  }
  async nextRunAt() {
    return this.nextAt;
  }
  async renew() {
    this.renewals += 1;
    if (this.fault) throw this.fault;
  }
  async complete(_lease: unknown, { id }: { id: string }) {
    this.said.push(['complete', id]);
  }
  async reschedule(
    _lease: unknown,
    { id }: { id: string },
    next: { runAt: Instant; attempt: number; error: string | null },
    claim?: { limit: number },
  ): Promise<ClaimedJob[]> {
    this.takenWithPutBack.push(claim?.limit ?? 0);
    if (claim) await this.beforeTaking();
    this.said.push(['reschedule', id, next.runAt, next.attempt, next.error]);
    return claim ? this.claim(claim) : [];
  }
  async release(_lease: unknown, { id }: { id: string }) {
    this.said.push(['release', id]);
  }
}

const start = Date.UTC(2027, 0, 1);
let jobs: FakeJobs;
let scheduler: Scheduler;

function startWith(handler: JobHandler, concurrency = 2): void {
  scheduler = new Scheduler({
    store: { jobs } as unknown as Store,
    clock: { now: Date.now, random: () => 0.5 },
    log: pino({ level: 'silent' }),
    handlers: { work: handler, upkeep: handler },
    kindsWhilePaused: ['upkeep'],
    holder: 'me',
    concurrency,
    leaseMs: 60_000,
  });
  scheduler.start();
}

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  jobs = new FakeJobs();
});
afterEach(async () => {
  await scheduler.stop();
  vi.useRealTimers();
});

/** Lets everything that is ready happen. */
const settle = () => vi.advanceTimersByTimeAsync(0);

test.each<[string, Instant | null, unknown[]]>([
  ['null: it is done', null, ['complete', 'a']],
  ['a moment: it waits until then', start + 5_000, ['reschedule', 'a', start + 5_000, 0, null]],
])('what a handler returns is %s', async (_what, returned, said) => {
  jobs.add('a');
  startWith(async () => returned);
  await settle();
  expect(jobs.said).toEqual([said]);
});

test.each<[string, Instant | null, number[]]>([
  ['is done', null, []],
  ['waits again', start + 5_000, [1]],
])('never more jobs at a time than asked for, and the next one as soon as one %s', async (_what, returned, taken) => {
  const ends: (() => void)[] = [];
  for (const subject of ['a', 'b', 'c', 'd']) jobs.add(subject);
  startWith(() => new Promise(resolve => ends.push(() => resolve(returned))));
  await settle();
  expect(ends).toHaveLength(2);
  ends[0]?.();
  await settle();
  expect(ends).toHaveLength(3);
  expect(jobs.claims.map(({ limit }) => limit)).toEqual([2, 1]);
  expect(jobs.takenWithPutBack).toEqual(taken);
  expect(jobs.claims[0]?.kinds).toEqual(['work', 'upkeep']);
  ends[1]?.();
  await settle();
  expect(ends).toHaveLength(4);
  for (const end of ends) end();
});

test('a job that is due again at once is waited for by stop, as any other', async () => {
  const ends: (() => void)[] = [];
  const again = jobs.add('again');
  startWith(() => new Promise(resolve => ends.push(() => resolve(start))), 1);
  await settle();
  jobs.due.push(again);
  ends[0]?.();
  await settle();
  expect(ends).toHaveLength(2);
  let stopped = false;
  const stop = scheduler.stop().then(() => {
    stopped = true;
  });
  await settle();
  expect(stopped).toBe(false);
  ends[1]?.();
  await stop;
});

test('a job that wakes the scheduler as it takes the place of another: nothing is claimed beyond the places', async () => {
  const ends: (() => void)[] = [];
  for (const subject of ['a', 'b', 'c']) jobs.add(subject);
  startWith(async () => {
    await null;
    scheduler.wake();
    await new Promise<void>(resolve => ends.push(resolve));
    return start + 5_000;
  }, 1);
  await settle();
  ends[0]?.();
  await settle();
  expect(ends).toHaveLength(2);
  expect(jobs.claims.map(({ limit }) => limit)).toEqual([1, 1]);
  ends[1]?.();
  await settle();
  ends[2]?.();
});

test('a job that did well is put back even if the next one can’t be taken; others can be after that', async () => {
  jobs.add('a');
  jobs.beforeTaking = async () => {
    jobs.add('b');
    jobs.beforeTaking = async () => undefined;
    throw new Error('deadlock detected');
  };
  startWith(async () => start + 5_000, 1);
  await settle();
  expect(jobs.takenWithPutBack).toEqual([1, 0, 1]);
  expect(jobs.said).toEqual([
    ['reschedule', 'a', start + 5_000, 0, null],
    ['reschedule', 'b', start + 5_000, 0, null],
  ]);
});

test('work that another process has put into the store is found within the poll interval', async () => {
  jobs.nextAt = start + 3_600_000;
  startWith(async () => null);
  await settle();
  jobs.add('late');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(jobs.said).toEqual([['complete', 'late']]);
});

test('a due job whose lock another one holds is waited for, not asked for in a loop', async () => {
  jobs.nextAt = start - 1;
  startWith(async () => null);
  await settle();
  const before = jobs.claims.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(jobs.claims.length - before).toBeLessThanOrEqual(10);
});

describe('a lease', () => {
  test('is renewed while the job runs, and no longer', async () => {
    let end: (() => void) | undefined;
    jobs.add('long');
    startWith(
      () =>
        new Promise(resolve => {
          end = () => resolve(null);
        }),
    );
    await vi.advanceTimersByTimeAsync(65_000);
    expect(jobs.renewals).toBe(3);
    end?.();
    await vi.advanceTimersByTimeAsync(65_000);
    expect(jobs.renewals).toBe(3);
  });

  test('that is lost aborts the job, and nothing is written for it', async () => {
    const { lease } = jobs.add('taken');
    startWith(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await settle();
    jobs.fault = new LeaseLost(lease);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(jobs.said).toEqual([]);
  });
});

test('a handler that throws is tried again less and less often, at most hourly; its words are kept', async () => {
  const waits: number[] = [];
  for (const attempt of [0, 1, 2, 3, 9]) {
    jobs.add(`failing-${attempt}`).job.attempt = attempt;
  }
  startWith(async () => {
    throw new Error('The handler is broken.');
  }, 5);
  await settle();
  for (const [, , runAt, , error] of jobs.said) {
    waits.push((runAt as number) - start);
    expect(error).toBe('The handler is broken.');
  }
  expect(waits).toEqual([5_000, 20_000, 80_000, 320_000, 3_600_000]);
  expect(jobs.said.map(([, , , attempt]) => attempt)).toEqual([1, 2, 3, 4, 10]);
});

test('a store out of reach: asked again a little later, and then the work goes on', async () => {
  jobs.fault = new Error('The database is gone.');
  jobs.add('patient');
  startWith(async () => null);
  await settle();
  jobs.fault = undefined;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(jobs.said).toEqual([['complete', 'patient']]);
});

test('stop: nothing more is claimed, jobs are told to come to an end and waited for', async () => {
  jobs.add('under-way');
  startWith((_, signal) => new Promise(resolve => signal.addEventListener('abort', () => resolve(start + 1))));
  await settle();
  const stopped = scheduler.stop();
  jobs.add('too-late');
  scheduler.wake();
  await stopped;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(jobs.said).toEqual([['reschedule', 'under-way', start + 1, 0, null]]);
  expect(jobs.due).toHaveLength(1);
});

test.each<[string, boolean]>([
  ['is given back', false],
  ['stays until its lease has run out, if it can’t be given back', true],
])('stop while a job is put back: the next one, taken meanwhile, %s; nothing is begun', async (_, broken) => {
  let goOn = (): void => undefined;
  const begun: string[] = [];
  jobs.add('first');
  jobs.beforeTaking = () =>
    new Promise(resolve => {
      goOn = resolve;
    });
  startWith(async ({ job }) => {
    begun.push(job.subject);
    return start + 5_000;
  }, 1);
  await settle();
  jobs.add('next');
  let stopped = false;
  const stop = scheduler.stop().then(() => {
    stopped = true;
  });
  await settle();
  expect(stopped).toBe(false);
  const release = vi.spyOn(jobs, 'release');
  if (broken) release.mockRejectedValue(new Error('The database is gone.'));
  goOn();
  await stop;
  expect(release.mock.calls.map(([, { id }]) => id)).toEqual(['next']);
  expect(jobs.said[0]).toEqual(['reschedule', 'first', start + 5_000, 0, null]);
  expect(begun).toEqual(['first']);
});

test('stop while jobs are claimed: they are given back', async () => {
  jobs.add('late');
  startWith(async () => null);
  await scheduler.stop();
  expect(jobs.said).toEqual([['release', 'late']]);
});

test('a pause ends what runs at its next safe step, but not what goes on, nor what begins after the pause', async () => {
  const signals = new Map<string, AbortSignal>();
  jobs.add('order');
  jobs.add('haproxy', 'upkeep');
  startWith(({ job }, signal) => {
    signals.set(job.subject, signal);
    return new Promise(resolve => signal.addEventListener('abort', () => resolve(start)));
  }, 3);
  await settle();
  scheduler.pause();
  await settle();
  expect(jobs.said).toEqual([['reschedule', 'order', start, 0, null]]);
  jobs.add('resumed');
  scheduler.wake();
  await settle();
  expect([...signals].map(([subject, { aborted }]) => [subject, aborted])).toEqual([
    ['order', true],
    ['haproxy', false],
    ['resumed', false],
  ]);
});

describe('a pause while jobs are taken', () => {
  let commit: () => void;
  const waitForCommit = () =>
    new Promise<void>(resolve => {
      commit = () => {
        jobs.committed = async () => undefined;
        resolve();
      };
    });
  let begun: string[];
  const work: JobHandler = async ({ job }, signal) => {
    begun.push(`${job.subject}${signal.aborted ? ', told' : ''}`);
    return start + 5_000;
  };
  beforeEach(() => {
    begun = [];
  });

  test('those that don’t go on are given back; they begin when they are claimed again', async () => {
    jobs.committed = waitForCommit;
    const order = jobs.add('order');
    jobs.add('haproxy', 'upkeep');
    startWith(work);
    await settle();
    scheduler.pause();
    commit();
    await settle();
    expect(begun).toEqual(['haproxy']);
    expect(jobs.said).toEqual([
      ['release', 'order'],
      ['reschedule', 'haproxy', start + 5_000, 0, null],
    ]);
    jobs.due.push(order);
    scheduler.wake();
    await settle();
    expect(begun).toEqual(['haproxy', 'order']);
  });

  test('so is one that takes the place of another', async () => {
    jobs.add('first');
    startWith(async (claimed, signal) => {
      if (claimed.job.subject === 'first') {
        jobs.add('next');
        jobs.committed = waitForCommit;
      }
      return work(claimed, signal);
    }, 1);
    await settle();
    scheduler.pause();
    commit();
    await settle();
    expect(begun).toEqual(['first']);
    expect(jobs.said).toContainEqual(['release', 'next']);
  });
});
