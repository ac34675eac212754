import { expect, test } from 'vitest';
import { isSameDay, timesIn } from './times.js';

test.each([
  ['UTC', true],
  ['Pacific/Auckland', false],
])('whether two moments are of one day depends on the zone of what is shown: %s', (timeZone, isSame) => {
  const times = timesIn({ timeZone }, { showsZone: true });
  expect(isSameDay(times, Date.parse('2026-01-01T10:30:00Z'), Date.parse('2026-01-01T11:30:00Z'))).toBe(isSame);
});
