import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decideRenewal,
  explainPeriod,
  explainRenewal,
  type RenewalInfoFacts,
  type RenewalPolicy,
  type RenewalReason,
  type VersionFacts,
  whatPeriodComesTo,
} from './renewal.js';
import { type Duration, days, hours, type Instant, minutes } from './time.js';

const issued = Date.UTC(2027, 2, 1);
const byCa: RenewalPolicy = { renewDaysBefore: null };
const daysBefore = (renewDaysBefore: number): RenewalPolicy => ({ renewDaysBefore });
const living = (lifetime: Duration): VersionFacts => ({
  notBefore: issued,
  notAfter: issued + lifetime,
  revokedAt: null,
});
const halfway = () => 0.5;

/** A window given by its distance from issuance, without an earlier choice. */
function ari(start: Duration, end: Duration): RenewalInfoFacts {
  return { window: { start: issued + start, end: issued + end }, choice: null };
}

interface Case {
  lifetime: Duration;
  ari?: RenewalInfoFacts;
  policy?: RenewalPolicy;
  /** Since issuance; an hour if left out. */
  age?: Duration;
  after: Duration;
  reason: RenewalReason;
}

describe('when to renew, and why', () => {
  test.each<[string, Case]>([
    ['160 hours, nothing known: half of its life left', { lifetime: hours(160), after: hours(80), reason: 'lifetime' }],
    ['45 days, nothing known: a third of its life left', { lifetime: days(45), after: days(30), reason: 'lifetime' }],
    [
      '64 days, nothing known: a third of its life left',
      { lifetime: days(64), after: (days(64) * 2) / 3, reason: 'lifetime' },
    ],
    ['90 days, nothing known: a third of its life left', { lifetime: days(90), after: days(60), reason: 'lifetime' }],
    [
      '200 days, nothing known: a third of its life left',
      { lifetime: days(200), after: (days(200) * 2) / 3, reason: 'lifetime' },
    ],
    ['just under 10 days: half of its life left', { lifetime: days(10) - 2, after: days(5) - 1, reason: 'lifetime' }],
    ['10 days: a third of its life left', { lifetime: days(10), after: (days(10) * 2) / 3, reason: 'lifetime' }],

    [
      '160 hours, ARI: in its window',
      { lifetime: hours(160), ari: ari(hours(78), hours(82)), after: hours(80), reason: 'ari' },
    ],
    [
      '45 days, ARI: in its window',
      { lifetime: days(45), ari: ari(days(29), days(31)), after: days(30), reason: 'ari' },
    ],
    [
      '64 days, ARI: in its window',
      { lifetime: days(64), ari: ari(days(42), days(44)), after: days(43), reason: 'ari' },
    ],
    [
      '90 days, ARI later than a third of life left: ARI decides',
      { lifetime: days(90), ari: ari(days(70), days(72)), after: days(71), reason: 'ari' },
    ],
    [
      '90 days, ARI earlier than a third of life left: ARI decides',
      { lifetime: days(90), ari: ari(days(10), days(12)), after: days(11), reason: 'ari' },
    ],
    [
      '200 days, ARI: in its window',
      { lifetime: days(200), ari: ari(days(132), days(134)), after: days(133), reason: 'ari' },
    ],
    [
      'within the window, chosen moment not yet reached: waits for it',
      { lifetime: days(90), ari: ari(days(58), days(62)), age: days(59), after: days(60), reason: 'ari' },
    ],
    [
      'a window that began before issuance: never before issuance',
      { lifetime: days(90), ari: ari(-days(5), days(2)), after: 0, reason: 'ari' },
    ],

    [
      'window past: now',
      { lifetime: days(90), ari: ari(days(1), days(2)), age: days(3), after: days(3), reason: 'ari-window-past' },
    ],
    [
      'window that ends at this moment: now',
      { lifetime: days(90), ari: ari(days(1), days(3)), age: days(3), after: days(3), reason: 'ari-window-past' },
    ],
    [
      'window past before issuance (the CA revokes in bulk): now',
      { lifetime: days(90), ari: ari(-days(2), -days(1)), after: hours(1), reason: 'ari-window-past' },
    ],
    [
      'window past, whatever the policy says',
      {
        lifetime: days(90),
        ari: ari(days(1), days(2)),
        policy: daysBefore(20),
        age: days(3),
        after: days(3),
        reason: 'ari-window-past',
      },
    ],
    [
      'reversed window: no answer',
      { lifetime: days(90), ari: ari(days(31), days(29)), after: days(60), reason: 'lifetime' },
    ],
    [
      'reversed window in the past: no answer',
      { lifetime: days(90), ari: ari(-days(1), -days(2)), after: days(60), reason: 'lifetime' },
    ],
    [
      'empty window: no answer',
      { lifetime: days(90), ari: ari(days(30), days(30)), after: days(60), reason: 'lifetime' },
    ],

    [
      'policy of 20 days on 90 days: as it says',
      { lifetime: days(90), policy: daysBefore(20), after: days(70), reason: 'policy' },
    ],
    [
      'policy of 60 days on 45 days: half of it',
      { lifetime: days(45), policy: daysBefore(60), after: days(22.5), reason: 'policy' },
    ],
    [
      'policy of 7 days on 160 hours: half of it',
      { lifetime: hours(160), policy: daysBefore(7), after: hours(80), reason: 'policy' },
    ],
    [
      'policy of 30 days on 64 days: as it says',
      { lifetime: days(64), policy: daysBefore(30), after: days(34), reason: 'policy' },
    ],
    [
      'policy of 60 days on 200 days: as it says',
      { lifetime: days(200), policy: daysBefore(60), after: days(140), reason: 'policy' },
    ],
    [
      'policy, and ARI later: the policy',
      { lifetime: days(90), policy: daysBefore(40), ari: ari(days(59), days(61)), after: days(50), reason: 'policy' },
    ],
    [
      'policy, and ARI earlier: ARI',
      { lifetime: days(90), policy: daysBefore(20), ari: ari(days(59), days(61)), after: days(60), reason: 'ari' },
    ],
    [
      'policy later than the last tenth: last resort',
      { lifetime: days(90), policy: daysBefore(2), after: days(81), reason: 'last-resort' },
    ],

    [
      'policy exactly at the last tenth: the policy is the better explanation',
      { lifetime: days(90), policy: daysBefore(9), after: days(81), reason: 'policy' },
    ],

    [
      'ARI later than the last tenth: last resort',
      { lifetime: days(90), ari: ari(days(84), days(88)), after: days(81), reason: 'last-resort' },
    ],
    [
      'ARI after notAfter: last resort',
      { lifetime: hours(160), ari: ari(hours(200), hours(300)), after: hours(144), reason: 'last-resort' },
    ],
    ['expired: now', { lifetime: days(45), age: days(46), after: days(46), reason: 'expired' }],
    ['at notAfter itself: now', { lifetime: days(45), age: days(45), after: days(45), reason: 'expired' }],
  ])('%s', (_, { lifetime, ari: known = null, policy = byCa, age = hours(1), after, reason }) => {
    const renewal = decideRenewal(living(lifetime), known, policy, issued + age, halfway);
    expect({ after: renewal.at - issued, reason: renewal.reason }).toEqual({ after, reason });
  });

  test('revoked: now, before any other rule', () => {
    const now = issued + days(1);
    const version = { ...living(days(90)), revokedAt: now - minutes(5) };
    expect(decideRenewal(version, ari(days(58), days(62)), daysBefore(20), now, halfway)).toMatchObject({
      at: now,
      reason: 'revoked',
    });
  });
});

describe('the moment in an ARI window', () => {
  const version = living(days(90));
  const known = ari(days(58), days(62));
  const decide = (facts: RenewalInfoFacts, random: () => number) =>
    decideRenewal(version, facts, byCa, issued + days(1), random);

  test('is kept while the window is the same, whatever the dice say', () => {
    const { choice, at } = decide(known, () => 0.9);
    expect(decide({ ...known, choice }, () => 0.1).at).toBe(at);
  });

  test('is drawn again when the window moves', () => {
    const { choice } = decide(known, () => 0.9);
    const moved = ari(days(20), days(24));
    const again = decide({ ...moved, choice }, () => 0.25);
    expect(again.at).toBe(issued + days(21));
    expect(again.choice).toEqual({ windowStart: moved.window.start, windowEnd: moved.window.end, at: again.at });
  });

  test('is returned for keeping even when the policy is earlier', () => {
    const renewal = decideRenewal(version, known, daysBefore(40), issued + days(1), halfway);
    expect(renewal).toMatchObject({ reason: 'policy', choice: { at: issued + days(60) } });
  });

  test('is spread over the whole window', () => {
    expect(decide(known, () => 0).at).toBe(known.window.start);
    expect(decide(known, () => 0.999_999_999).at).toBeGreaterThan(known.window.end - minutes(1));
  });

  test('lies before its end, also in a window of a millisecond, where a sum would be rounded up to it', () => {
    const short = ari(days(60), days(60) + 1);
    expect(decide(short, () => 1 - 2 ** -53).at).toBe(short.window.start);
  });
});

describe('for any version, answer and policy', () => {
  const distance = fc.integer({ min: -days(30), max: days(400) });
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const facts = fc.record({
    lifetime: fc.integer({ min: hours(1), max: days(400) }),
    revoked: fc.boolean(),
    ari: fc.option(fc.tuple(distance, distance).map(([start, end]) => ari(start, end))),
    policy: fc.record({ renewDaysBefore: fc.option(fc.integer({ min: 1, max: 365 })) }),
    age: fc.integer({ min: 0, max: days(500) }),
    dice: unit,
  });
  const decide = (f: typeof facts extends fc.Arbitrary<infer F> ? F : never, now = issued + f.age) =>
    decideRenewal({ ...living(f.lifetime), revokedAt: f.revoked ? issued : null }, f.ari, f.policy, now, () => f.dice);

  test('never after the last tenth of its life, unless that is past: then due', () => {
    fc.assert(
      fc.property(facts, f => {
        const now: Instant = issued + f.age;
        expect(decide(f).at).toBeLessThanOrEqual(Math.max(now, issued + Math.ceil((f.lifetime * 9) / 10)));
      }),
    );
  });

  test('never before issuance', () => {
    fc.assert(
      fc.property(facts, f => {
        expect(decide(f).at).toBeGreaterThanOrEqual(issued);
      }),
    );
  });

  test('a whole number of milliseconds, as the store keeps it', () => {
    fc.assert(
      fc.property(facts, f => {
        expect(decide(f).at).toSatisfy(Number.isInteger);
      }),
    );
  });

  test('a longer policy period never renews later', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 0, max: 100 }), (f, more) => {
        fc.pre(f.policy.renewDaysBefore !== null);
        const longer = { ...f, policy: daysBefore((f.policy.renewDaysBefore ?? 0) + more) };
        expect(decide(longer).at).toBeLessThanOrEqual(decide(f).at);
      }),
    );
  });

  test('a CA that asks for it earlier never makes it later', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 0, max: days(30) }), (f, shift) => {
        fc.pre(f.ari !== null && !f.revoked && f.age < f.lifetime);
        const window = f.ari?.window ?? { start: 0, end: 0 };
        const earlier = { window: { start: window.start - shift, end: window.end - shift }, choice: null };
        const at = (renewal: { at: Instant }) => Math.max(renewal.at, issued + f.age);
        expect(at(decide({ ...f, ari: earlier }))).toBeLessThanOrEqual(at(decide(f)));
      }),
    );
  });

  test('asked again later with what was stored, the moment stays until it is due', () => {
    fc.assert(
      fc.property(facts, unit, (f, later) => {
        const first = decide(f);
        const now = issued + f.age;
        fc.pre(first.at > now);
        const between = Math.floor(now + later * (first.at - now));
        const again = decide({ ...f, ari: f.ari && { ...f.ari, choice: first.choice }, dice: 0 }, between);
        expect(again).toEqual(first);
      }),
    );
  });
});

test.each<[string, number | null, Duration, Duration, string]>([
  ['nothing set', null, days(90), days(30), 'lifetime'],
  ['nothing set, short-lived', null, hours(160), hours(80), 'lifetime'],
  ['30 of 90 days', 30, days(90), days(30), 'policy'],
  ['60 of 45 days', 60, days(45), days(22.5), 'half-lifetime'],
  ['7 days of 160 hours', 7, hours(160), hours(80), 'half-lifetime'],
  ['9 of 90 days: the last tenth exactly', 9, days(90), days(9), 'policy'],
  ['2 of 90 days', 2, days(90), days(9), 'last-resort'],
])('what a policy comes to: %s', (_, renewDaysBefore, lifetime, lead, reason) => {
  const policy = { renewDaysBefore };
  expect(whatPeriodComesTo(policy, lifetime)).toEqual({ lead, reason });
  const renewal = decideRenewal(living(lifetime), null, policy, issued, halfway);
  expect(renewal.at, 'the decision agrees').toBe(issued + lifetime - lead);
});

test.each<[number | null, Duration, string]>([
  [null, days(90), 'when the CA suggests it, else 30 days before it expires'],
  [30, days(90), '30 days before it expires, or earlier if the CA suggests it'],
  [60, days(45), '22.5 days before it expires: 60 days are more than half of a life of 45 days'],
  [2, days(90), '9 days before it expires: renewal never starts later than at a tenth of a life of 90 days'],
])('what a policy of %s days comes to, in words', (renewDaysBefore, lifetime, text) => {
  expect(explainPeriod({ renewDaysBefore }, lifetime)).toBe(text);
});

describe('in words for people', () => {
  const now = issued + hours(1);
  const window = { start: Date.UTC(2027, 2, 3), end: Date.UTC(2027, 2, 5) };
  const chosen = { windowStart: window.start, windowEnd: window.end, at: Date.UTC(2027, 2, 4, 2, 11) };
  const inWindow: RenewalInfoFacts = { window, choice: chosen };
  const late = ari(days(84), days(88));

  test.each<[RenewalReason, VersionFacts, RenewalInfoFacts | null, RenewalPolicy, Instant, string]>([
    ['ari', living(hours(160)), inWindow, byCa, now, 'ARI window 3–5 March, chosen 4 March 02:11 UTC'],
    [
      'ari-window-past',
      living(days(90)),
      inWindow,
      byCa,
      now + days(6),
      'ARI window 3–5 March is over: replaced at once',
    ],
    [
      'policy',
      living(days(90)),
      null,
      daysBefore(20),
      now,
      "The policy's period: 10 May 00:00 UTC, 20 days before it expires",
    ],
    [
      'lifetime',
      living(days(90)),
      null,
      byCa,
      now,
      'By lifetime (no ARI window): 30 April 00:00 UTC, 30 days before it expires',
    ],
    [
      'last-resort',
      living(days(90)),
      late,
      byCa,
      now,
      'Last resort (ARI window 24–28 May): 21 May 00:00 UTC, 9 days before it expires',
    ],
    ['expired', living(days(2)), null, byCa, now + days(6), 'Expired 3 March 00:00 UTC: replaced at once'],
    [
      'revoked',
      { ...living(days(90)), revokedAt: now },
      null,
      byCa,
      now + days(1),
      'Revoked 1 March 01:00 UTC: replaced at once',
    ],
  ])('%s', (reason, version, known, policy, at, text) => {
    const renewal = decideRenewal(version, known, policy, at, halfway);
    expect(renewal.reason).toBe(reason);
    expect(explainRenewal(renewal, version, at)).toBe(text);
  });
});
