import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.js';

const NOW = Date.parse('2026-11-21T09:00:00Z');
const DAY = 86_400_000;

test.each<[string, string | undefined, number | undefined]>([
  ['no header', undefined, undefined],
  ['seconds', '120', 120_000],
  ['seconds with white space', ' 5 ', 5_000],
  ['zero', '0', 0],
  ['a day', '86400', DAY],
  ['more than a day: a day', '864000', DAY],
  ['more than a number holds', '9'.repeat(400), DAY],
  ['an HTTP-date (IMF-fixdate)', 'Sat, 21 Nov 2026 09:01:00 GMT', 60_000],
  ['an HTTP-date (RFC 850)', 'Saturday, 21-Nov-26 09:01:00 GMT', 60_000],
  ['an HTTP-date (asctime)', 'Sat Nov 21 09:01:00 2026', 60_000],
  ['a date in the past: now', 'Sat, 21 Nov 2026 08:00:00 GMT', 0],
  ['a date in a hundred years: a day', 'Thu, 21 Nov 2126 08:00:00 GMT', DAY],
  ['negative: garbage', '-5', undefined],
  ['a fraction: garbage', '1.5', undefined],
  ['an RFC 3339 time: garbage', '2026-11-21T09:01:00Z', undefined],
  ['words', 'soon', undefined],
  ['nothing', '', undefined],
  ['a date that does not exist', 'Sat, 99 Nov 2026 09:01:00 GMT', undefined],
])('%s', (_, header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});

test('has the maximum that the caller wants', () => {
  expect(parseRetryAfter('86400', NOW, 8 * DAY)).toBe(DAY);
  expect(parseRetryAfter('8640000', NOW, 8 * DAY)).toBe(8 * DAY);
});

test('is undefined or between 0 and a day for any text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.integer().map(String),
        fc.date({ noInvalidDate: true }).map(date => date.toUTCString()),
      ),
      text => {
        const ms = parseRetryAfter(text, NOW);
        expect(ms === undefined || (ms >= 0 && ms <= DAY)).toBe(true);
      },
    ),
  );
});
