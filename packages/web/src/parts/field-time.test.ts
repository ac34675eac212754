import { afterEach, expect, test, vi } from 'vitest';
import { fieldDay, fieldTime, momentOf, startOf } from './field-time.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['UTC', '2026-11-21T18:40:00.000Z', '2026-11-21T18:40'],
  ['America/New_York', '2026-11-21T18:40:00.000Z', '2026-11-21T13:40'],
  ['Asia/Kathmandu', '2026-11-21T18:40:00.000Z', '2026-11-22T00:25'],
  ['Europe/Berlin', '2026-07-01T18:40:00.000Z', '2026-07-01T20:40'],
])('in %s %s is chosen as %s, and in UTC as it is', (zone, at, local) => {
  vi.stubEnv('TZ', zone);
  expect(fieldTime(at, false)).toBe(local);
  expect(momentOf(local, false)).toBe(at);
  expect(fieldTime(at, true)).toBe(at.slice(0, 16));
  expect(momentOf(at.slice(0, 16), true)).toBe(at);
});

test.each([
  ['UTC', '2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['Europe/Vienna', '2026-11-21', '2026-11-20T23:00:00.000Z'],
  ['Europe/Vienna', '2026-07-01', '2026-06-30T22:00:00.000Z'],
  ['America/Los_Angeles', '2026-11-21', '2026-11-21T08:00:00.000Z'],
])('in %s the %s begins at %s, and that is its day', (zone, day, moment) => {
  vi.stubEnv('TZ', zone);
  expect(startOf(day, false)).toBe(moment);
  expect(fieldDay(moment, false)).toBe(day);
  expect(startOf(day, true)).toBe(`${day}T00:00:00.000Z`);
  expect(fieldDay(`${day}T00:00:00.000Z`, true)).toBe(day);
});

test('nothing chosen is no moment', () => {
  expect(momentOf('', false)).toBeUndefined();
  expect(startOf('', true)).toBeUndefined();
  expect(fieldTime(undefined, false)).toBe('');
  expect(fieldDay(undefined, true)).toBe('');
});
