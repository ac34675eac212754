import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pause, resume } from '../../../packages/server/src/pause.js';
import type { Claim } from '../../../packages/server/src/store/claim.js';
import { LeaseLost, type OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from './databases.js';

const start = Date.UTC(2027, 0, 1);
const minute = 60_000;

describe.each(databases)('jobs on $name', databases => {
  let store: OpenStore;
  let now = start;
  const clock = { now: () => now };

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    now = start;
    store = await open(await databases.create(), { clock });
    return () => store.close();
  });

  const enqueue = (
    subject: string,
    more: Partial<{ kind: string; lock: string; urgency: number; runAt: number }> = {},
  ) =>
    store.jobs.enqueue({
      kind: 'keep-valid',
      subject,
      lock: `certificate:${subject}`,
      urgency: 0,
      runAt: start,
      ...more,
    });
  const claim = (holder = 'a', more: Partial<Claim> = {}) =>
    store.jobs.claim({ holder, now, leaseMs: minute, limit: 10, ...more });
  const subjects = async (holder = 'a', more: Partial<Claim> = {}) =>
    (await claim(holder, more)).map(({ job }) => job.subject);
  async function claimOne(holder = 'a') {
    const [claimed, ...others] = await claim(holder);
    if (!claimed || others.length > 0) throw new Error(`Expected one job, got ${others.length + (claimed ? 1 : 0)}.`);
    return claimed;
  }

  test('the most urgent due jobs first, at most as many as asked for', async () => {
    await enqueue('later', { urgency: 300 });
    await enqueue('first', { urgency: 100 });
    await enqueue('next', { urgency: 200 });
    await enqueue('not-due', { urgency: 1, runAt: start + 1 });
    expect(await subjects('a', { limit: 2 })).toEqual(['first', 'next']);
    expect(await subjects('a')).toEqual(['later']);
    expect(await subjects('a')).toEqual([]);
    now = start + 1;
    expect(await subjects('a')).toEqual(['not-due']);
  });

  test('while paused, only the kinds that go on, at once for every holder; afterwards all', async () => {
    await enqueue('renewal', { kind: 'keep-valid', urgency: 1 });
    await enqueue('haproxy', { kind: 'apply-load-balancer', urgency: 2 });
    const kindsWhilePaused = ['apply-load-balancer'];
    await store.transaction(tx => pause(tx, { by: 'user:anna', reason: 'Moving.' }, now));
    expect(await subjects('a', { kindsWhilePaused })).toEqual(['haproxy']);
    expect(await subjects('b', { kindsWhilePaused })).toEqual([]);
    expect(await store.jobs.lag(now + minute, kindsWhilePaused)).toBe(0);
    await store.transaction(tx => resume(tx, 'user:anna', now));
    expect(await subjects('b', { kindsWhilePaused })).toEqual(['renewal']);
  });

  test('while paused, a more urgent job that may not run does not hold up one of the same lock that may', async () => {
    await enqueue('x', { kind: 'deploy', lock: 'shared', urgency: 1 });
    await enqueue('x', { kind: 'prune', lock: 'shared', urgency: 2 });
    await store.transaction(tx => pause(tx, { by: 'user:anna', reason: 'Moving.' }, now));
    const paused = { kindsWhilePaused: ['prune', 'beat'] };
    expect(await subjects('a', { ...paused, kinds: ['deploy'] })).toEqual([]);
    expect((await claim('a', { ...paused, kinds: ['deploy', 'prune'] })).map(({ job }) => job.kind)).toEqual(['prune']);
  });

  test('only the kinds asked for', async () => {
    await enqueue('a', { kind: 'deploy' });
    await enqueue('b', { kind: 'keep-valid' });
    expect(await subjects('a', { kinds: ['keep-valid'] })).toEqual(['b']);
  });

  test('one job for each lock at a time, the most urgent one', async () => {
    await enqueue('x', { kind: 'deploy', lock: 'certificate:x', urgency: 2 });
    await enqueue('x', { kind: 'keep-valid', lock: 'certificate:x', urgency: 1 });
    const { job, lease } = await claimOne();
    expect(job.kind).toBe('keep-valid');
    expect(await claim('b')).toEqual([]);
    await store.jobs.complete(lease, job);
    expect((await claimOne('b')).job.kind).toBe('deploy');
  });

  test('many jobs of one lock do not hide those of other locks', async () => {
    for (let i = 0; i < 5; i++) await enqueue(`s${i}`, { lock: 'haproxy', urgency: i });
    await enqueue('other', { urgency: 9 });
    expect(await subjects('a', { limit: 2 })).toEqual(['s0', 'other']);
  });

  test('of a lock whose most urgent job is of another kind, one of the kinds asked for is taken', async () => {
    await enqueue('x', { kind: 'deploy', lock: 'certificate:x', urgency: 1 });
    await enqueue('x', { kind: 'keep-valid', lock: 'certificate:x', urgency: 2 });
    expect(await subjects('a', { kinds: ['keep-valid'] })).toEqual(['x']);
  });

  test('enqueued twice it runs once, at the earlier moment and with the greater urgency', async () => {
    await enqueue('x', { runAt: start + 5 * minute, urgency: 50 });
    await enqueue('x', { runAt: start + 2 * minute, urgency: 70 });
    await enqueue('x', { runAt: start + 9 * minute, urgency: 60 });
    expect(await store.jobs.find('keep-valid', 'x')).toMatchObject({ runAt: start + 2 * minute, urgency: 50 });
    now = start + 2 * minute;
    const { job, lease } = await claimOne();
    await store.jobs.complete(lease, job);
    now = start + 60 * minute;
    expect(await claim()).toEqual([]);
  });

  describe('enqueued while it runs', () => {
    test('it runs again after it is completed', async () => {
      await enqueue('x');
      const { job, lease } = await claimOne();
      await enqueue('x', { runAt: start });
      expect(await claim('b')).toEqual([]);
      await store.jobs.complete(lease, job);
      expect((await claimOne('b')).job).toMatchObject({ subject: 'x', attempt: 0 });
    });

    test('for later: then, not earlier', async () => {
      await enqueue('x');
      const { job, lease } = await claimOne();
      await enqueue('x', { runAt: start + 5 * minute });
      await enqueue('x', { runAt: start + 3 * minute });
      await enqueue('x', { runAt: start + 4 * minute });
      await store.jobs.complete(lease, job);
      expect(await claim()).toEqual([]);
      expect(await store.jobs.nextRunAt()).toBe(start + 3 * minute);
    });

    test('and then put off: runs when it was enqueued for, if that is earlier', async () => {
      await enqueue('x');
      const { job, lease } = await claimOne();
      await enqueue('x', { runAt: start + minute });
      await store.jobs.reschedule(lease, job, { runAt: start + 10 * minute, attempt: 1, error: 'CA down' });
      expect(await store.jobs.nextRunAt()).toBe(start + minute);
    });
  });

  test('put off: waits, and remembers attempt and error', async () => {
    await enqueue('x');
    const { job, lease } = await claimOne();
    await store.jobs.reschedule(lease, job, { runAt: start + minute, attempt: 3, error: 'CA down', urgency: 7 });
    expect(await claim()).toEqual([]);
    now += minute;
    expect((await claimOne()).job).toMatchObject({ attempt: 3, lastError: 'CA down', urgency: 7 });
  });

  test('what is put back can take the next one in the same transaction: its lock is free by then, even for itself', async () => {
    await enqueue('urgent', { urgency: 1 });
    await enqueue('other', { urgency: 2 });
    const first = await claim('a', { limit: 1 });
    const { job, lease } = first[0] as (typeof first)[0];
    const putBack = { attempt: 0, error: null };
    const next = { holder: 'a', now, leaseMs: minute, limit: 1 };
    const taken = await store.jobs.reschedule(lease, job, { ...putBack, runAt: now }, next);
    expect(taken.map(({ job }) => job.subject)).toEqual(['urgent']);
    expect(taken[0]?.lease.fence).toBe(lease.fence + 1);
    const { job: again, lease: newer } = taken[0] as (typeof taken)[0];
    const others = await store.jobs.reschedule(newer, again, { ...putBack, runAt: now + 1 }, next);
    expect(others.map(({ job }) => job.subject)).toEqual(['other']);
    await expect(store.jobs.reschedule(lease, job, { ...putBack, runAt: now }, next)).rejects.toThrow(LeaseLost);
  });

  test('released: anyone takes it up at once', async () => {
    await enqueue('x');
    const { job, lease } = await claimOne('a');
    await store.jobs.release(lease, job);
    expect((await claimOne('b')).lease).toMatchObject({ holder: 'b', fence: lease.fence + 1 });
  });

  test('cancelled: never runs; a running one ends by itself', async () => {
    await enqueue('x');
    await store.jobs.cancel('keep-valid', 'x');
    expect(await claim()).toEqual([]);
    await enqueue('y');
    const { job, lease } = await claimOne();
    await store.jobs.cancel('keep-valid', 'y');
    await store.jobs.complete(lease, job);
    expect(await store.jobs.find('keep-valid', 'y')).toBeUndefined();
  });

  describe('a lease', () => {
    test('that has run out is taken over, and then the old holder can write nothing', async () => {
      await enqueue('x');
      const old = await claimOne('a');
      now += minute;
      const taken = await claimOne('b');
      expect(taken.job.id).toBe(old.job.id);
      expect(taken.lease.fence).toBeGreaterThan(old.lease.fence);

      const write = store.fenced(old.lease, tx => tx.settings.set('written-by', 'a'));
      await expect(write).rejects.toThrow(LeaseLost);
      expect(await store.settings.get('written-by')).toBeUndefined();
      await expect(store.jobs.renew(old.lease, now + minute)).rejects.toThrow(LeaseLost);
      await expect(store.jobs.complete(old.lease, old.job)).rejects.toThrow(LeaseLost);
      const later = { runAt: now, attempt: 1, error: null };
      await expect(store.jobs.reschedule(old.lease, old.job, later)).rejects.toThrow(LeaseLost);
      await expect(store.jobs.release(old.lease, old.job)).rejects.toThrow(LeaseLost);

      await store.fenced(taken.lease, tx => tx.settings.set('written-by', 'b'));
      await store.jobs.complete(taken.lease, taken.job);
      expect(await store.settings.get('written-by')).toBe('b');
    });

    test('that is renewed is not taken over', async () => {
      await enqueue('x');
      const { lease } = await claimOne('a');
      now += minute - 1;
      await store.jobs.renew(lease, now + minute);
      now += minute - 1;
      expect(await claim('b')).toEqual([]);
    });

    test('that has run out but that nobody took is still good', async () => {
      await enqueue('x');
      const { job, lease } = await claimOne('a');
      now += 5 * minute;
      await store.fenced(lease, tx => tx.jobs.complete(lease, job));
      expect(await store.jobs.find('keep-valid', 'x')).toBeUndefined();
    });

    test('that was given back is good for nothing', async () => {
      await enqueue('x');
      const { job, lease } = await claimOne('a');
      await store.jobs.complete(lease, job);
      await expect(store.fenced(lease, async () => 'written')).rejects.toThrow(LeaseLost);
    });

    test("of an earlier life is freed at once; others' are not", async () => {
      await enqueue('x');
      await enqueue('y', { urgency: 1 });
      await claim('node-1', { limit: 1 });
      await claim('node-2');
      await store.jobs.freeLeasesOf('node-1');
      expect(await subjects('node-1')).toEqual(['x']);
    });

    test('a failed fenced write leaves nothing behind', async () => {
      await enqueue('x');
      const { lease } = await claimOne('a');
      const write = store.fenced(lease, async tx => {
        await tx.settings.set('half', 'done');
        throw new Error('the CA hung up');
      });
      await expect(write).rejects.toThrow('the CA hung up');
      expect(await store.settings.get('half')).toBeUndefined();
    });
  });

  test('nextRunAt: the next moment at which something can be claimed', async () => {
    expect(await store.jobs.nextRunAt()).toBeNull();
    await enqueue('x', { runAt: start + 2 * minute });
    expect(await store.jobs.nextRunAt()).toBe(start + 2 * minute);
    now = start + 2 * minute;
    await claimOne();
    // While it runs: the end of its lease, when it could be taken over. Not the past, which would keep a scheduler
    // spinning.
    expect(await store.jobs.nextRunAt()).toBe(now + minute);
    await enqueue('y', { lock: 'certificate:x', runAt: now });
    expect(await claim('b')).toEqual([]);
    expect(await store.jobs.nextRunAt()).toBe(now + minute);
    now += minute;
    expect(await store.jobs.nextRunAt()).toBeLessThanOrEqual(now);
  });

  test('lag: how long the oldest due job has been waiting for a hand', async () => {
    await enqueue('x', { runAt: start });
    await enqueue('y', { runAt: start + minute, urgency: 1 });
    expect(await store.jobs.lag(start - 1)).toBe(0);
    expect(await store.jobs.lag(start + 3 * minute)).toBe(3 * minute);
    now = start + 3 * minute;
    await claim('a', { limit: 1 });
    expect(await store.jobs.lag(now)).toBe(2 * minute);
    await claim('a');
    expect(await store.jobs.lag(now)).toBe(0);
  });

  test('who wants to know is told of a job once it is committed, and only then', async () => {
    const told: number[] = [];
    const stop = store.onEnqueued(runAt => told.push(runAt));
    await store.transaction(async tx => {
      await tx.jobs.enqueue({ kind: 'k', subject: 's', lock: 'l', urgency: 0, runAt: start + 5 });
      expect(told).toEqual([]);
    });
    expect(told).toEqual([start + 5]);
    const failing = store.transaction(async tx => {
      await tx.jobs.enqueue({ kind: 'k', subject: 't', lock: 'l', urgency: 0, runAt: start + 6 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    stop();
    await enqueue('x');
    expect(told).toEqual([start + 5]);
  });

  test('claimers that come at the same time share the jobs and never a lock', async () => {
    const locks = 20;
    for (let i = 0; i < 60; i++) await enqueue(`s${i}`, { lock: `lock:${i % locks}`, urgency: i % 7 });
    const held = new Set<string>();
    let done = 0;
    async function work(holder: string): Promise<void> {
      while (done < 60) {
        const claimed = await claim(holder, { limit: 3 });
        for (const { lease } of claimed) {
          expect(held.has(lease.lock), `${lease.lock} is held twice`).toBe(false);
          held.add(lease.lock);
        }
        for (const { job, lease } of claimed) {
          await store.fenced(lease, async tx => {
            held.delete(lease.lock);
            await tx.jobs.complete(lease, job);
          });
          done += 1;
        }
      }
    }
    await Promise.all(['a', 'b', 'c', 'd'].map(work));
    expect(done).toBe(60);
    expect(await store.jobs.nextRunAt()).toBeNull();
  });
});

describe('two servers on one PostgreSQL', () => {
  const [, postgres] = databases;
  beforeAll(() => postgres.start());
  afterAll(() => postgres.stop());

  test('that look at the same moment for different kinds of jobs never get one lock both', async () => {
    const url = await postgres.create();
    const [a, b] = [await open(url), await open(url)];
    const locks = 20;
    for (let round = 0; round < 15; round++) {
      for (let lock = 0; lock < locks; lock++) {
        const job = { subject: `${lock}`, lock: `lock:${lock}`, urgency: 0, runAt: 0 };
        await Promise.all([a.jobs.enqueue({ ...job, kind: 'deploy' }), b.jobs.enqueue({ ...job, kind: 'keep-valid' })]);
      }
      const claim = { now: Date.now(), leaseMs: minute, limit: locks };
      for (let left = 2 * locks; left > 0; ) {
        const claimed = await Promise.all([
          a.jobs.claim({ ...claim, holder: 'a', kinds: ['deploy'] }),
          b.jobs.claim({ ...claim, holder: 'b', kinds: ['keep-valid'] }),
        ]);
        const held = claimed.flat().map(({ lease }) => lease.lock);
        expect(held).toEqual([...new Set(held)]);
        for (const { job, lease } of claimed.flat()) await a.jobs.complete(lease, job);
        left -= held.length;
      }
    }
    await Promise.all([a.close(), b.close()]);
  });
});
