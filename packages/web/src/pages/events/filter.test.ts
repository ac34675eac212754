import { expect, test } from 'vitest';
import { EventsSearch, nothingOf } from './filter.js';

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
