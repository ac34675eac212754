import { expect, test } from 'vitest';
import { readDuration, readMoment } from './duration.js';

const now = new Date('2026-11-21T10:00:00Z');

test.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['3d', 259_200_000],
])('%s is %i ms', (text, milliseconds) => {
  expect(readDuration(text, 'timeout')).toBe(milliseconds);
});

test.each(['', '10', 'm', '-5m', '1.5h', '10 m', '10w'])('%j is no duration', text => {
  expect(() => readDuration(text, 'timeout')).toThrow(`--timeout ${text}`);
});

test.each<[string, 1 | -1, string]>([
  ['2h', -1, '2026-11-21T08:00:00.000Z'],
  ['2h', 1, '2026-11-21T12:00:00.000Z'],
  ['2026-11-20', -1, '2026-11-20T00:00:00.000Z'],
  ['2026-11-20T10:00:00+01:00', 1, '2026-11-20T09:00:00.000Z'],
])('%s in direction %i is %s', (text, direction, moment) => {
  expect(readMoment(text, 'since', now, direction)).toBe(moment);
});

test.each(['yesterday', '2026', '2026-13-40', '21.11.2026'])('%s is no moment', text => {
  expect(() => readMoment(text, 'since', now, -1)).toThrow(`--since ${text}`);
});
