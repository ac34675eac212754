import { expect, test } from 'vitest';
import { days, describeDays, describeDuration, describeInstant, hours, minutes, seconds } from './time.js';

const now = Date.UTC(2027, 2, 1);

test('durations are milliseconds', () => {
  expect([seconds(1), minutes(1), hours(1), days(1)]).toEqual([1000, 60_000, 3_600_000, 86_400_000]);
});

test.each([
  ['within the year: no year', Date.UTC(2027, 2, 4, 2, 11), '4 March 02:11 UTC'],
  ['another year: with it', Date.UTC(2028, 0, 31, 23, 59, 59), '31 January 2028 23:59 UTC'],
])('a moment for people, %s', (_, instant, expected) => {
  expect(describeInstant(instant, now)).toBe(expected);
});

test.each([
  ['one day', Date.UTC(2027, 2, 4, 1), Date.UTC(2027, 2, 4, 23), '4 March'],
  ['within a month', Date.UTC(2027, 2, 3), Date.UTC(2027, 2, 5), '3–5 March'],
  ['across months', Date.UTC(2027, 1, 28), Date.UTC(2027, 2, 2), '28 February – 2 March'],
  ['across years', Date.UTC(2027, 11, 30), Date.UTC(2028, 0, 2), '30 December – 2 January 2028'],
  ['the same month of another year', Date.UTC(2028, 2, 3), Date.UTC(2028, 2, 5), '3–5 March 2028'],
])('a span of days for people, %s', (_, from, to, expected) => {
  expect(describeDays(from, to, now)).toBe(expected);
});

test.each([
  [days(45), '45 days'],
  [days(2), '2 days'],
  [hours(36), '36 hours'],
  [hours(1), '60 minutes'],
  [minutes(100), '100 minutes'],
  [minutes(201.6), '3.4 hours'],
  [seconds(36), '36 seconds'],
  [seconds(1), '1 second'],
  [0, '0 seconds'],
])('%d ms for people: %s', (duration, expected) => {
  expect(describeDuration(duration)).toBe(expected);
});
