import { afterEach, expect, test } from 'vitest';
import { EventsSearch, localOf, momentOf, nothingOf } from './filter.js';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test.each([
  ['UTC', '2026-11-21T18:40:00.000Z', '2026-11-21T18:40'],
  ['America/New_York', '2026-11-21T18:40:00.000Z', '2026-11-21T13:40'],
  ['Asia/Kathmandu', '2026-11-21T18:40:00.000Z', '2026-11-22T00:25'],
  ['Europe/Berlin', '2026-07-01T18:40:00.000Z', '2026-07-01T20:40'],
])('in %s %s is chosen as %s', (present, at, local) => {
  process.env.TZ = present;
  expect(localOf(at)).toBe(local);
  expect(momentOf(local)).toBe(at);
});

test('nothing chosen is no moment', () => {
  expect(momentOf('')).toBeUndefined();
  expect(localOf(undefined)).toBe('');
});

test.each([
  [{ subject: 'certificate:www', outcome: 'failed', event: 42 }],
  [{ since: '2026-11-21T18:40:00.000Z', search: 'refused' }],
])('an address is read: %j', search => {
  expect(EventsSearch.parse(search)).toEqual(search);
});

test('what is wrong in an address is left out', () => {
  expect(
    EventsSearch.parse({ subject: 'user:anna', outcome: 'great', event: 'x', since: 'today', search: '' }),
  ).toEqual({
    subject: 'user:anna',
  });
});

test('all that is set can be unset', () => {
  expect(nothingOf({ subject: 'user:anna', action: 'user' })).toStrictEqual({ subject: undefined, action: undefined });
});
