import { expect, test } from 'vitest';
import { explainHoldup, type Holdup, nextTrouble, severityOfTrouble } from './pending-revocation.js';
import { days, hours, minutes } from './time.js';

const asked = 1_000_000;
const refused = 'The CA says no.';

test.each<[string, Holdup, number, string | null]>([
  ['an order that runs', { step: 'issuance', error: null }, minutes(59), null],
  [
    'one that takes long',
    { step: 'issuance', error: null },
    hours(1),
    'The next version has not been issued for an hour.',
  ],
  ['one that failed', { step: 'issuance', error: refused }, 0, `The next version could not be issued: ${refused}`],
  ['a deployment that runs', { step: 'deployment', version: 2, target: 'vs-1', error: null }, minutes(59), null],
  [
    'one that takes long',
    { step: 'deployment', version: 2, target: 'vs-1', error: null },
    hours(1),
    'Version 2 is not served on vs-1 after an hour.',
  ],
  [
    'one that failed',
    { step: 'deployment', version: 2, target: 'vs-1', error: refused },
    0,
    `Version 2 is not served on vs-1: ${refused}`,
  ],
])('what holds a replacement up: %s', (_, holdup, after, expected) => {
  expect(explainHoldup(holdup, asked, asked + after)).toBe(expected);
});

test('people are told when trouble begins, daily while it lasts, and when it is another one', () => {
  const first = nextTrouble(null, 'replacement', 'a', 0);
  expect(first).toEqual({
    trouble: { kind: 'replacement', message: 'a', since: 0, attempts: 1, toldAt: 0 },
    tell: true,
  });
  const second = nextTrouble(first.trouble, 'replacement', 'b', hours(23));
  expect(second).toEqual({
    trouble: { kind: 'replacement', message: 'b', since: 0, attempts: 2, toldAt: 0 },
    tell: false,
  });
  const third = nextTrouble(second.trouble, 'replacement', 'b', days(1));
  expect(third).toMatchObject({ trouble: { since: 0, toldAt: days(1) }, tell: true });
  const other = nextTrouble(third.trouble, 'ca', 'c', days(1) + 1);
  expect(other).toMatchObject({ trouble: { kind: 'ca', since: days(1) + 1, attempts: 1 }, tell: true });
});

test('that of a compromised key is critical', () => {
  expect([severityOfTrouble('keyCompromise'), severityOfTrouble('superseded')]).toEqual(['critical', 'warning']);
});
