import type { RateBudget } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { scarcest, windowOf } from './scarcest.js';

const budget = (of: string | null, left: number, count: number): RateBudget => ({
  limit: of === null ? 'newOrdersPerAccount' : 'certificatesPerRegisteredDomain',
  of,
  count,
  windowSeconds: 604_800,
  used: count - left,
  left,
  nextAt: null,
});
const account = (name: string, budgets: RateBudget[]) => ({ account: name, directoryUrl: 'https://ca.test/', budgets });

test('what has the least part left comes first, whichever account it is of', () => {
  const { shown, hidden, unlimited } = scarcest([
    account('one', [budget(null, 290, 300), budget('example.com', 10, 50)]),
    account('two', []),
    account('three', [budget(null, 0, 300)]),
  ]);
  expect(shown.map(({ account, of, left }) => [account, of, left])).toEqual([
    ['three', null, 0],
    ['one', 'example.com', 10],
    ['one', null, 290],
  ]);
  expect({ hidden, unlimited }).toEqual({ hidden: 0, unlimited: ['two'] });
});

test('of many the scarcest eight are shown, and the others counted', () => {
  const many = Array.from({ length: 30 }, (_, index) => budget(`${index}.example`, 30 - index, 50));
  const { shown, hidden } = scarcest([account('one', many)]);
  expect([shown.length, shown[0]?.left, hidden]).toEqual([8, 1, 22]);
});

test.each([
  [3_600, '1 hour'],
  [10_800, '3 hours'],
  [86_400, '1 day'],
  [604_800, '7 days'],
  [5_400, '1.5 hours'],
])('%i seconds are %s', (seconds, text) => {
  expect(windowOf(seconds)).toBe(text);
});
