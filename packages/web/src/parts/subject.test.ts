import { expect, test } from 'vitest';
import { nouns } from '../pages/events/nouns.js';
import { placeOf } from './subject.js';

test.each([
  ['certificate:www', '/certificates/www'],
  ['certificate:a:b', '/certificates/a%3Ab'],
  ['domain:*.example.com', '/domains'],
  ['user:anna', '/settings/users'],
  ['virtual-service:3', '/virtual-services/3'],
  ['channel:ops', '/settings/channels/ops'],
  ['content-rule:api', '/virtual-services/content-rules'],
  ['load-balancer:local', null],
  ['system', null],
])('%s is at %s', (subject, place) => {
  expect(placeOf(subject)).toBe(place);
});

test('each kind of thing that events are about has a page', () => {
  const without = nouns.filter(noun => placeOf(`${noun}:x`) === null);
  // A deployment is told of under its certificate; the others are no things with names.
  expect(without).toEqual(['deployment', 'loadmaster', 'session', 'system', 'target']);
});
