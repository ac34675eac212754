import { expect, test } from 'vitest';
import { chooseAccount } from './account-choice.js';

const account = (name: string, status = 'valid') => ({ name, status });
const first = account('first');
const second = account('second');

test.each<[string, ReturnType<typeof account>[], number, string | null]>([
  ['no failure: the first', [first, second], 0, 'first'],
  ['one failure: still the first', [first, second], 1, 'first'],
  ['two failures: still the first', [first, second], 2, 'first'],
  ['three: the second takes over', [first, second], 3, 'second'],
  ['five: still the second', [first, second], 5, 'second'],
  ['six: the first again, it may be back', [first, second], 6, 'first'],
  ['only one: always that', [first], 100, 'first'],
  ['a deactivated one is passed over', [account('old', 'deactivated'), second], 0, 'second'],
  ['one that is being registered is passed over', [account('new', 'registering'), second], 3, 'second'],
  ['none at all', [], 0, null],
  ['none that is valid', [account('old', 'revoked')], 4, null],
])('%s', (_, accounts, failures, name) => {
  expect(chooseAccount(accounts, failures)?.name ?? null).toBe(name);
});
