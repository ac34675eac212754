import { describe, expect, test } from 'vitest';
import { moment, relative, when } from './time.js';

const now = new Date('2026-11-21T10:00:00Z');

describe('relative', () => {
  test.each([
    ['2026-11-21T10:00:30Z', 'in a moment'],
    ['2026-11-21T09:59:30Z', 'just now'],
    ['2026-11-21T10:01:00Z', 'in 1 minute'],
    ['2026-11-21T09:01:00Z', '59 minutes ago'],
    ['2026-11-21T11:00:00Z', 'in 1 hour'],
    ['2026-11-23T09:59:00Z', 'in 47 hours'],
    ['2026-11-23T10:00:00Z', 'in 2 days'],
    ['2025-11-21T10:00:00Z', '365 days ago'],
  ])('%s is %s', (timestamp, text) => {
    expect(relative(timestamp, now)).toBe(text);
  });
});

test.each([
  ['UTC', '2026-11-21T23:30:00Z', '2026-11-21 23:30 UTC'],
  ['Europe/Vienna', '2026-11-21T23:30:00Z', '2026-11-22 00:30 CET'],
  ['Europe/Vienna', '2026-07-01T00:05:00Z', '2026-07-01 02:05 CEST'],
  ['America/New_York', '2026-11-21T00:00:00Z', '2026-11-20 19:00 GMT-5'],
])('in %s, %s is %s', (zone, timestamp, text) => {
  expect(moment(timestamp, { now, zone })).toBe(text);
});

test('a column says how far away what is near is, and else the day', () => {
  const format = { now, zone: 'UTC' };
  expect(when('2026-11-28T09:59:00Z', format)).toBe('in 6 days');
  expect(when('2026-11-28T10:00:00Z', format)).toBe('2026-11-28');
});
