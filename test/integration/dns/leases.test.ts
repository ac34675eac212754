/** Leases on record sets: kept in the store, for every server that works on it. */
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideLeases } from '../../../packages/server/src/outside-leases.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from '../store/databases.js';

describe.each(databases)('leases on $name', kind => {
  let store: OpenStore;
  let leases: OutsideLeases;
  /** Another server's, where there can be one. */
  let others: OutsideLeases;
  let otherStore: OpenStore;
  const { signal } = new AbortController();
  beforeAll(async () => {
    await kind.start();
    const url = await kind.create();
    store = await open(url);
    otherStore = kind.name === 'postgres' ? await open(url) : store;
    leases = new OutsideLeases(store);
    others = new OutsideLeases(otherStore);
  });
  afterAll(async () => {
    await store.close();
    if (otherStore !== store) await otherStore.close();
    await kind.stop();
  });

  test('work on one record set is never done by two at once; work on different ones is', async () => {
    let inside = 0;
    let most = 0;
    const order: string[] = [];
    const work = (name: string) => async () => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(30);
      inside -= 1;
      order.push(name);
    };
    await Promise.all([
      ...[1, 2, 3].map(() => leases.hold(['record-set:a', 'record-set:b'], signal, work('ours'))),
      ...[1, 2, 3].map(() => others.hold(['record-set:b', 'record-set:c'], signal, work('theirs'))),
    ]);
    expect(most).toBe(1);
    expect(order.sort()).toEqual(['ours', 'ours', 'ours', 'theirs', 'theirs', 'theirs']);

    let together = 0;
    const meet = async () => {
      together += 1;
      await expect.poll(() => together).toBe(2);
    };
    await Promise.all([leases.hold(['record-set:a'], signal, meet), others.hold(['record-set:c'], signal, meet)]);
  });

  test('all are held or none: whoever waits for one holds up nobody on the others', async () => {
    const gate = new EventEmitter();
    const [begun, mayEnd] = [once(gate, 'begun'), once(gate, 'end')];
    const busy = leases.hold(['x'], signal, async () => {
      gate.emit('begun');
      await mayEnd;
    });
    await begun;
    const waiting = others.hold(['w', 'x'], signal, async () => 'had both');
    await leases.hold(['w'], signal, async () => undefined);
    gate.emit('end');
    await busy;
    expect(await waiting).toBe('had both');
  });

  test('a lease is renewed while it is held, however long the work takes', async () => {
    const short = new OutsideLeases(store, { life: 150 });
    let isOver = false;
    const long = short.hold(['long'], signal, async () => {
      await pause(500);
      isOver = true;
    });
    await pause(50);
    expect(await others.hold(['long'], signal, async () => isOver)).toBe(true);
    await long;
  });

  test('a dead process holds nobody up for longer than its lease', async () => {
    expect(await store.leases.take(['orphan'], 'dead', 200)).toBeNull();
    expect(await otherStore.leases.take(['orphan'], 'alive', 200)).toBe('orphan');
    expect(await others.hold(['orphan'], signal, async () => 'taken over')).toBe('taken over');
  });

  test('whoever loses a lease is told at once and at the end', async () => {
    const short = new OutsideLeases(store, { life: 300 });
    let told = false;
    const work = short.hold(['stolen'], signal, async held => {
      // As if this process had been away for longer than its lease lasts.
      await store.jobs.takeAway('stolen');
      expect(await otherStore.leases.take(['stolen'], 'thief', 60_000)).toBeNull();
      await expect.poll(() => held.aborted, { timeout: 10_000 }).toBe(true);
      told = true;
    });
    await expect(work).rejects.toMatchObject({
      reason: 'conflict',
      message: 'Someone else has taken over stolen while it was being changed. It is tried again.',
    });
    expect(told).toBe(true);
    expect(await otherStore.leases.release(['stolen'], 'thief')).toBeNull();
  });

  test('waiting ends with the caller, or when others never let go', async () => {
    expect(await store.leases.take(['kept'], 'someone', 60_000)).toBeNull();
    const caller = new AbortController();
    const waiting = leases.hold(['kept'], caller.signal, async () => 'never');
    caller.abort(new Error('The server stops.'));
    await expect(waiting).rejects.toThrow('The server stops.');
    const impatient = new OutsideLeases(store, { patience: 50 });
    await expect(impatient.hold(['kept'], signal, async () => 'never')).rejects.toMatchObject({ reason: 'conflict' });
    expect(await store.leases.release(['kept'], 'someone')).toBeNull();
  });
});

describe('a store that fails while a lease is held', () => {
  const { signal } = new AbortController();
  /** Leases of a store of which these renewals fail, counted from 1. */
  const leasesOf = (fails: (renewal: number) => boolean) => {
    let renewals = 0;
    const store = {
      leases: {
        take: async () => null,
        release: async () => null,
        renew: async () => {
          renewals += 1;
          if (fails(renewals)) throw new Error('The store was restarted.');
          return null;
        },
      },
    };
    return new OutsideLeases(store as unknown as OpenStore, { life: 600 });
  };

  test('is asked again, and the work goes on', async () => {
    const work = async (held: AbortSignal) => {
      await pause(1000);
      return held.aborted;
    };
    expect(await leasesOf(renewal => renewal <= 2).hold(['x'], signal, work)).toBe(false);
  });

  test('ends the work once the lease is over', async () => {
    const began = performance.now();
    const work = (held: AbortSignal) => once(held, 'abort');
    await expect(leasesOf(() => true).hold(['x'], signal, work)).rejects.toThrow('The store was restarted.');
    expect(performance.now() - began).toBeGreaterThan(500);
  });
});
