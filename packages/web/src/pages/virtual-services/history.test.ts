import type { VirtualServiceStatistics } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { bytesInShort, type History, inShort, rateInShort, rates, withSamples } from './history.js';

const statistics = (index: number, requests: number) =>
  ({ index, traffic: { requests, currentSessions: 1 } }) as VirtualServiceStatistics;

describe('the history', () => {
  test('gets a sample of each service, and forgets those that are gone', () => {
    const first = withSamples(new Map(), [statistics(1, 5), statistics(2, 0)], 1_000);
    const second = withSamples(first, [statistics(2, 4)], 4_000);
    expect([...second]).toEqual([
      [
        2,
        [
          { at: 1_000, requests: 0, connections: 1 },
          { at: 4_000, requests: 4, connections: 1 },
        ],
      ],
    ]);
  });

  test('takes one answer once', () => {
    const first = withSamples(new Map(), [statistics(1, 5)], 1_000);
    expect(withSamples(first, [statistics(1, 5)], 1_000).get(1)).toHaveLength(1);
  });

  test('keeps the last 60', () => {
    let history: History = new Map();
    for (let at = 0; at < 100; at++) history = withSamples(history, [statistics(1, at)], at);
    expect(history.get(1)).toHaveLength(60);
    expect(history.get(1)?.at(-1)?.requests).toBe(99);
  });
});

test.each([
  ['nothing to compare with', [[0, 7]], []],
  [
    'per second',
    [
      [0, 0],
      [2_000, 10],
      [3_000, 10],
    ],
    [5, 0],
  ],
  [
    'a counter that began anew',
    [
      [0, 100],
      [1_000, 3],
    ],
    [3],
  ],
] as [string, [number, number][], number[]][])('rates: %s', (_, samples, expected) => {
  expect(rates(samples.map(([at, requests]) => ({ at, requests, connections: 0 })))).toEqual(expected);
});

test.each([
  [0, '0', '0 B'],
  [999, '999', '999 B'],
  [12_345, '12.3K', '12.3 kB'],
  [4_200_000, '4.2M', '4.2 MB'],
])('%d in short', (value, number, bytes) => {
  expect([inShort(value), bytesInShort(value)]).toEqual([number, bytes]);
});

test('the rate of the moment, to a tenth', () => {
  const samples = [0, 1].map(at => ({ at: at * 3_000, requests: at, connections: 0 }));
  expect([rateInShort(samples), rateInShort([])]).toEqual(['0.3/s', '0/s']);
});
