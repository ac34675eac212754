import { expect, test } from 'vitest';
import { moved } from './order.js';

test.each([
  ['up', 1, -1, ['b', 'a', 'c']],
  ['down', 1, 1, ['a', 'c', 'b']],
  ['the last one up', 2, -1, ['a', 'c', 'b']],
] as const)('%s', (_, from, by, expected) => {
  expect(moved(['a', 'b', 'c'], from, by)).toEqual(expected);
});
