import { expect, test } from 'vitest';
import { placeOf } from './subject.js';

test.each([
  ['certificate:www', '/certificates/www'],
  ['certificate:a:b', '/certificates/a%3Ab'],
  ['domain:*.example.com', '/domains'],
  ['user:anna', '/settings/users'],
  ['load-balancer:local', null],
  ['system', null],
])('%s is at %s', (subject, place) => {
  expect(placeOf(subject)).toBe(place);
});
