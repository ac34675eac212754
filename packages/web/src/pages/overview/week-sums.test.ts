import { expect, test } from 'vitest';
import { dayOf, weeksOf } from './week-sums.js';

const days = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    day: new Date(Date.UTC(2026, 10, 21 + index)).toISOString().slice(0, 10),
    expiring: index,
    renewals: index === 7 ? 5 : 0,
  }));

test('days are summed up in sevens, from the first one on', () => {
  expect(weeksOf(days(14))).toEqual([
    { from: '2026-11-21', expiring: 21, renewals: 0 },
    { from: '2026-11-28', expiring: 70, renewals: 5 },
  ]);
});

test('13 weeks are 13, and days that are left over are a week of their own', () => {
  expect(weeksOf(days(91))).toHaveLength(13);
  expect(weeksOf(days(92)).at(-1)).toEqual({ from: '2027-02-20', expiring: 91, renewals: 0 });
  expect(weeksOf([])).toEqual([]);
});

test('a week is called by its first day in UTC, whatever the zone', () => {
  expect(dayOf({ from: '2026-11-21' })).toContain('21');
});
