import { expect, test } from 'vitest';
import { moved } from './moved.js';

test.each([
  ['up', 2, 1, 'acb'],
  ['down', 0, 1, 'bac'],
  ['nowhere', 1, 1, 'abc'],
])('an item moves %s', (_, from, to, expected) => {
  expect(moved(['a', 'b', 'c'], from, to).join('')).toBe(expected);
});
