import { expect, test } from 'vitest';
import { fromNow } from './distance.js';

const second = 1_000;
const hour = 3_600_000;
const day = 24 * hour;

test.each([
  ['now', 0],
  ['in 59 seconds', 59 * second],
  ['in 1 minute', 119 * second],
  ['3 hours ago', -3.9 * hour],
  ['tomorrow', 1.5 * day],
  ['in 29 days', 29 * day],
  ['in 89 days', 89.5 * day],
  ['in 4 months', 123 * day],
  ['in 13 months', 398 * day],
  ['last year', -600 * day],
])('%s', (text, difference) => {
  expect(fromNow(1_800_000_000_000 + difference, 1_800_000_000_000)).toBe(text);
});
