import { expect, test } from 'vitest';
import { afterFailure, chooseAccount, passOver } from './account-choice.js';

const account = (name: string, status = 'valid') => ({ id: name, status });
const first = account('first');
const second = account('second');
const third = account('third');

test.each<[string, ReturnType<typeof account>[], number, string | null]>([
  ['no strike: the first', [first, second], 0, 'first'],
  ['one strike: still the first', [first, second], 1, 'first'],
  ['two strikes: still the first', [first, second], 2, 'first'],
  ['three: the second takes over', [first, second], 3, 'second'],
  ['five: still the second', [first, second], 5, 'second'],
  ['six: the first again, it may be back', [first, second], 6, 'first'],
  ['only one: always that', [first], 100, 'first'],
  ['a deactivated one is passed over', [account('old', 'deactivated'), second], 0, 'second'],
  ['one that is being registered is passed over', [account('new', 'registering'), second], 3, 'second'],
  ['none at all', [], 0, null],
  ['none that is valid', [account('old', 'revoked')], 4, null],
])('%s', (_, accounts, strikes, id) => {
  expect(chooseAccount(accounts, strikes)?.id ?? null).toBe(id);
});

test.each<[string, ReturnType<typeof account>[], number, string | null, number, string | null]>([
  ['a failure that may pass: one strike, nobody takes over at once', [first, second], 0, null, 1, null],
  ['the third such: the second account’s turn, at the usual time', [first, second], 2, null, 3, null],
  ['refused by the first: the second at once', [first, second], 0, 'first', 3, 'second'],
  ['refused after two failures: the second at once', [first, second], 2, 'first', 3, 'second'],
  ['refused by the second of three: the third at once', [first, second, third], 3, 'second', 6, 'third'],
  ['refused by the last: all have been asked', [first, second], 3, 'second', 6, null],
  ['refused in the next round: the second at once again', [first, second], 6, 'first', 9, 'second'],
  ['refused by the only one', [first], 0, 'first', 3, null],
  ['the second can’t be used', [first, account('second', 'deactivated')], 0, 'first', 3, null],
  ['the second can’t be used, the third can', [first, account('second', 'revoked'), third], 0, 'first', 3, 'third'],
  [
    'refused by one that the policy no longer has: whose turn it is, with all its tries',
    [second],
    1,
    'old',
    1,
    'second',
  ],
  ['nobody left', [account('first', 'deactivated')], 0, 'first', 3, null],
])('%s', (_, accounts, strikes, refusedBy, expected, takesOver) => {
  const turn = afterFailure(accounts, strikes, refusedBy);
  expect({ ...turn, takesOver: turn.takesOver?.id ?? null }).toEqual({ strikes: expected, takesOver });
});

test.each<[string, number, string | null, string[], number, string | null, string[]]>([
  ['nobody is forbidden: the second takes over', 0, 'first', [], 3, 'second', []],
  ['the second is forbidden: the third takes over', 0, 'first', ['second'], 6, 'third', ['second']],
  [
    'both others are forbidden: the first again, at the usual time',
    0,
    'first',
    ['second', 'third'],
    9,
    null,
    ['second', 'third'],
  ],
  ['the same by three failures', 2, null, ['second', 'third'], 9, null, ['second', 'third']],
  [
    'the second is forbidden, by three failures: the third, at the usual time',
    2,
    null,
    ['second'],
    6,
    null,
    ['second'],
  ],
  ['a new round, the first is forbidden: the second, at the usual time', 6, 'third', ['first'], 12, null, ['first']],
  [
    'all are forbidden: the first, which says so',
    0,
    'first',
    ['first', 'second', 'third'],
    9,
    null,
    ['second', 'third'],
  ],
  ['all are forbidden, and it is the first one’s turn', 6, 'third', ['first', 'second', 'third'], 9, null, []],
  ['the first in the policy as it is now is forbidden', 0, 'old', ['first'], 3, 'second', ['first']],
])('%s', (_, strikes, refusedBy, forbidden, expected, takesOver, passedOver) => {
  const accounts = [first, second, third];
  const turn = passOver(accounts, afterFailure(accounts, strikes, refusedBy), new Set(forbidden));
  expect({
    strikes: turn.strikes,
    takesOver: turn.takesOver?.id ?? null,
    passedOver: turn.passedOver.map(({ id }) => id),
  }).toEqual({ strikes: expected, takesOver, passedOver });
});

test('no account is valid: nobody to pass over', () => {
  const accounts = [account('old', 'revoked')];
  const turn = afterFailure(accounts, 2, null);
  expect(passOver(accounts, turn, new Set(['old']))).toEqual({ ...turn, passedOver: [] });
});
