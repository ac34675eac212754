import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { ChangeQueue } from './change-queue.js';

/** A store of names, of which HAProxy refuses those that begin with `bad`, one by one or together. */
function startQueue() {
  const stored: string[] = [];
  const runs: string[] = [];
  const live: string[] = [];
  const gates: Promise<unknown>[] = [];
  const queue = new ChangeQueue(async id => {
    runs.push(`${id}: ${stored.join(' ')}`);
    await gates.shift();
    const bad = stored.filter(name => name.startsWith('bad'));
    if (bad.length > 0) throw new Error(`refused: ${bad.join(' ')}`);
    live.splice(0, live.length, ...stored);
  });
  const add = (name: string, { stays = false, loadBalancerId = 'lb' } = {}) =>
    queue
      .run({
        loadBalancerIds: [loadBalancerId],
        async keep() {
          if (name === 'impossible') throw new Error('not possible');
          if (!stored.includes(name)) stored.push(name);
        },
        takeBack: stays ? null : async () => void stored.splice(stored.indexOf(name), 1),
      })
      .then(
        () => 'live',
        error => error.message,
      );
  /** Holds the next run until it is called. */
  const hold = () => {
    const gate = new EventEmitter();
    gates.push(once(gate, 'open'));
    return () => gate.emit('open');
  };
  return { add, hold, stored, runs, live };
}

test('one by one', async () => {
  const { add, stored, runs } = startQueue();
  expect(await add('a')).toBe('live');
  expect(await add('bad')).toBe('refused: bad');
  expect(await add('impossible')).toBe('not possible');
  expect(stored).toEqual(['a']);
  expect(runs).toEqual(['lb: a', 'lb: a bad']);
});

test('those that come while others are applied share a run', async () => {
  const { add, hold, runs } = startQueue();
  const goOn = hold();
  const all = ['a', 'b', 'impossible', 'c'].map(name => add(name));
  goOn();
  expect(await Promise.all(all)).toEqual(['live', 'live', 'not possible', 'live']);
  expect(runs).toEqual(['lb: a', 'lb: a b c']);
});

test.each<[string, string[]]>([
  ['first', ['bad', 'b', 'c', 'd', 'e']],
  ['last', ['b', 'c', 'd', 'e', 'bad']],
  ['more than one', ['bad1', 'c', 'bad2', 'd', 'e']],
  ['all', ['bad1', 'bad2', 'bad3']],
])('who is at fault is refused, and nobody else: %s', async (_, names) => {
  const { add, hold, stored, live } = startQueue();
  const goOn = hold();
  const first = add('a');
  const others = names.map(name => add(name));
  goOn();
  expect(await first).toBe('live');
  expect(await Promise.all(others)).toEqual(names.map(name => (name.startsWith('bad') ? `refused: ${name}` : 'live')));
  expect(stored).toEqual(['a', ...names.filter(name => !name.startsWith('bad'))]);
  expect(live).toEqual(stored);
});

describe('what can not be taken back', () => {
  test('is live in the end, whatever came with it', async () => {
    const { add, hold, stored, live } = startQueue();
    const goOn = hold();
    const all = [add('a'), add('bad'), add('deletion', { stays: true })];
    goOn();
    expect(await Promise.all(all)).toEqual(['live', 'refused: bad', 'live']);
    expect(stored.toSorted()).toEqual(['a', 'deletion']);
    expect(live.toSorted()).toEqual(['a', 'deletion']);
  });

  test('stays when it is refused, which is told', async () => {
    const { add, stored } = startQueue();
    expect(await add('bad', { stays: true })).toBe('refused: bad');
    expect(stored).toEqual(['bad']);
  });
});

test('each load balancer once', async () => {
  const { add, hold, runs } = startQueue();
  const goOn = hold();
  const all = [add('a'), add('b'), add('c', { loadBalancerId: 'other' }), add('d')];
  goOn();
  await Promise.all(all);
  expect(runs).toEqual(['lb: a', 'lb: a b c d', 'other: a b c d']);
});
