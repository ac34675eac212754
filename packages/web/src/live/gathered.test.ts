import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { gathered } from './gathered.js';

const pace = { gather: 400, rest: 400, most: 5_000 };
let reads: { at: number; changes: string[] }[];
let takes = 0;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  reads = [];
});
afterEach(() => vi.useRealTimers());

const begin = () =>
  gathered(async changes => {
    reads.push({ at: Date.now(), changes: [...changes] });
    await new Promise(done => setTimeout(done, takes));
  }, pace);

test('a swarm is read once, a while after its first change', async () => {
  takes = 0;
  const changed = begin();
  changed(['a', 'b']);
  await vi.advanceTimersByTimeAsync(300);
  changed(['b', 'c']);
  changed([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reads).toEqual([{ at: 400, changes: ['a', 'b', 'c'] }]);
});

test('what changes while it is read is read afterwards, the later the longer a reading takes', async () => {
  takes = 500;
  const changed = begin();
  for (let time = 0; time < 100; time++) {
    changed([String(time)]);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(reads.map(({ at }) => at)).toEqual([400, 3_400, 6_400, 9_400]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reads.at(-1)?.changes.at(-1)).toBe('99');
  expect(new Set(reads.flatMap(({ changes }) => changes)).size).toBe(100);
});

test('a reading that takes very long is not waited for five times as long', async () => {
  takes = 4_000;
  const changed = begin();
  changed(['a']);
  await vi.advanceTimersByTimeAsync(1_000);
  changed(['b']);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(reads.map(({ at }) => at)).toEqual([400, 9_400]);
});

test('a reading that hangs does not keep everything else from being read', async () => {
  takes = 3_600_000;
  const changed = begin();
  changed(['a']);
  await vi.advanceTimersByTimeAsync(1_000);
  changed(['b']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reads.map(({ changes }) => changes)).toEqual([['a'], ['b']]);
});
