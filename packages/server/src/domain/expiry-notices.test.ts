import { expect, test } from 'vitest';
import {
  decideExpiryNotice,
  type ExpiryFacts,
  explainExpiry,
  firstExpiryNotice,
  severityOfFailure,
} from './expiry-notices.js';
import { days, hours, type Instant, minutes } from './time.js';

const notAfter = Date.UTC(2027, 5, 30, 12);
const before = (length: number): Instant => notAfter - length;
const facts = (given: Partial<ExpiryFacts> & { life?: number } = {}): ExpiryFacts => {
  const { life = days(90), ...rest } = given;
  return { notBefore: notAfter - life, notAfter, told: null, renewal: null, ...rest };
};
/** Renewed by itself, as planned. */
const planned = (at: Instant) => ({ at, failures: 0 });
const failing = (failures = 1) => ({ at: before(days(60)), failures });

type Expected = { tell: number | null; kinds?: string[]; severity?: string; next: Instant | null };

test.each<[string, ExpiryFacts, Instant, Expected]>([
  ['before the first step', facts(), before(days(31)), { tell: null, next: before(days(30)) }],
  ['30 days', facts(), before(days(30)), { tell: 30, kinds: ['expiring'], severity: 'info', next: before(days(14)) }],
  ['30 days, told already', facts({ told: 30 }), before(days(29)), { tell: null, next: before(days(14)) }],
  ['14 days', facts({ told: 30 }), before(days(14)), { tell: 14, severity: 'warning', next: before(days(7)) }],
  ['7 days', facts({ told: 14 }), before(days(7)), { tell: 7, severity: 'warning', next: before(days(3)) }],
  ['3 days', facts({ told: 7 }), before(days(3)), { tell: 3, severity: 'critical', next: before(days(1)) }],
  ['1 day', facts({ told: 3 }), before(days(1)), { tell: 1, severity: 'critical', next: notAfter }],
  ['expired', facts({ told: 1 }), notAfter, { tell: 0, severity: 'critical', next: null }],
  ['expired and told', facts({ told: 0 }), notAfter + days(9), { tell: null, next: null }],
  ['first seen with 5 days left: once', facts(), before(days(5)), { tell: 7, next: before(days(3)) }],
  ['first seen when it has expired', facts(), notAfter + days(100), { tell: 0, next: null }],
  [
    'a life of 398 days counts as 90',
    facts({ life: days(398) }),
    before(days(31)),
    { tell: null, next: before(days(30)) },
  ],
  [
    'a life of 6 days: nothing on its first day',
    facts({ life: days(6) }),
    before(days(6)),
    { tell: null, next: before(days(2)) },
  ],
  [
    'a life of 6 days: first two days before',
    facts({ life: days(6) }),
    before(days(2)),
    { tell: 30, next: before(hours(22.4)) },
  ],
  [
    'a life of 6 days: the last step',
    facts({ life: days(6), told: 3 }),
    before(hours(1.6)),
    { tell: 1, severity: 'critical', next: notAfter },
  ],
  [
    'a life of 45 days: half of the days',
    facts({ life: days(45) }),
    before(days(15)),
    { tell: 30, next: before(days(7)) },
  ],
  [
    'its renewal lies ahead: no news',
    facts({ renewal: planned(before(days(20))) }),
    before(days(30)),
    { tell: null, next: before(days(19)) },
  ],
  [
    'its renewal has just become due: given a day',
    facts({ renewal: planned(before(days(30))) }),
    before(days(30)) + minutes(1),
    { tell: null, next: before(days(29)) },
  ],
  [
    'its renewal has been due for a day',
    facts({ renewal: planned(before(days(30))) }),
    before(days(29)),
    { tell: 30, next: before(days(14)) },
  ],
  [
    'a life of 6 days: its renewal is given 1.6 hours',
    facts({ life: days(6), renewal: planned(before(days(2))) }),
    before(days(2)),
    { tell: null, next: before(days(2) - hours(1.6)) },
  ],
  [
    'its renewal fails, far from the end',
    facts({ renewal: failing() }),
    before(days(14)),
    { tell: 14, kinds: ['expiring'], next: before(days(7)) },
  ],
  [
    'its renewal fails, close to the end: a failure as well',
    facts({ renewal: failing(9), told: 14 }),
    before(days(7)),
    { tell: 7, kinds: ['failed', 'expiring'], next: before(days(3)) },
  ],
  [
    'no renewal is planned',
    facts({ renewal: { at: null, failures: 0 } }),
    before(days(30)),
    { tell: 30, next: before(days(14)) },
  ],
])('%s', (_, given, now, { tell, kinds, severity, next }) => {
  const decision = decideExpiryNotice(given, now);
  expect(decision.tell?.step ?? null).toBe(tell);
  expect(decision.nextAt).toBe(next);
  if (kinds) expect(decision.tell?.kinds).toEqual(kinds);
  if (severity) expect(decision.tell?.severity).toBe(severity);
});

test('whoever decides again at nextAt alone tells each step once', () => {
  const told: number[] = [];
  let given = facts();
  for (let at: Instant | null = firstExpiryNotice(given); at !== null; ) {
    const { tell, nextAt } = decideExpiryNotice(given, at);
    if (tell) told.push(tell.step);
    if (tell) given = { ...given, told: tell.step };
    at = nextAt;
  }
  expect(told).toEqual([30, 14, 7, 3, 1, 0]);
});

test.each<[string, Parameters<typeof severityOfFailure>[0], Instant, string]>([
  ['nothing is served', null, notAfter, 'warning'],
  ['more than a week left', facts(), before(days(8)), 'warning'],
  ['a week left', facts(), before(days(7)), 'critical'],
  ['of six days a day left', facts({ life: days(6) }), before(days(1)), 'warning'],
  ['of six days half a day left', facts({ life: days(6) }), before(hours(11)), 'critical'],
])('a failure: %s', (_, version, now, expected) => {
  expect(severityOfFailure(version, now)).toBe(expected);
});

test.each<[string, ExpiryFacts, string | null, Instant, string]>([
  [
    'imported',
    facts(),
    null,
    before(days(7)),
    'www expires in 7 days, at 30 June 12:00 UTC. It was imported and is not renewed here: import its successor.',
  ],
  [
    'renewal fails',
    facts({ renewal: failing(12) }),
    'the CA says no.',
    before(days(3)),
    'www expires in 3 days, at 30 June 12:00 UTC. Its renewal has failed 12 times in a row, the last time with: the CA says no.',
  ],
  [
    'renewal does not come about',
    facts({ renewal: planned(before(days(30))) }),
    null,
    before(days(14)),
    'www expires in 14 days, at 30 June 12:00 UTC. Its renewal is due since 31 May 12:00 UTC and has not come about.',
  ],
  [
    'expired',
    facts(),
    null,
    notAfter,
    'www expired at 30 June 12:00 UTC. It was imported and is not renewed here: import its successor.',
  ],
])('in words: %s', (_, given, lastError, now, expected) => {
  expect(explainExpiry('www', given, lastError, now)).toBe(expected);
});
