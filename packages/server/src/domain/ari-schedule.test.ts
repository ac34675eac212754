import { describe, expect, test } from 'vitest';
import {
  type AriOutcome,
  type AskableVersion,
  firstAriCheck,
  nextAriCheck,
  renewalInfoBudget,
} from './ari-schedule.js';
import { type Bucket, peek, take } from './bucket.js';
import { type Duration, days, hours, minutes, seconds } from './time.js';

const now = Date.UTC(2027, 2, 4);
const inService: AskableVersion = { notAfter: now + days(60), replacedAt: null, revokedAt: null };
const answered = (retryAfter: Duration | null): AriOutcome => ({ kind: 'answered', retryAfter });
const failed = (failures: number): AriOutcome => ({ kind: 'failed', failures });

test.each<[string, AriOutcome, Duration]>([
  ['an answer without Retry-After: 6 hours', answered(null), hours(6)],
  ['a Retry-After that is no number: 6 hours', answered(Number.NaN), hours(6)],
  ['as the CA says', answered(hours(2)), hours(2)],
  ['too short: a minute', answered(seconds(1)), minutes(1)],
  ['nothing: a minute', answered(0), minutes(1)],
  ['too long: a day', answered(days(30)), days(1)],
  ['first failure: a minute', failed(1), minutes(1)],
  ['second: two minutes', failed(2), minutes(2)],
  ['sixth: 32 minutes', failed(6), minutes(32)],
  ['tenth: 6 hours', failed(10), hours(6)],
  ['thousandth: 6 hours', failed(1000), hours(6)],
])('%s', (_, outcome, interval) => {
  expect(nextAriCheck(inService, outcome, now, () => 0)).toBe(now + interval);
  expect(
    nextAriCheck(inService, outcome, now, () => 0.5),
    'jitter only adds',
  ).toBe(now + Math.round(interval * 1.05));
});

describe('never again', () => {
  test.each<[string, Partial<AskableVersion>]>([
    ['after it was replaced', { replacedAt: now - days(1) }],
    ['after it was revoked', { revokedAt: now - days(1) }],
    ['after notAfter', { notAfter: now - 1 }],
    ['when the next time would be after notAfter', { notAfter: now + hours(5) }],
    ['when the next time would be at notAfter', { notAfter: now + hours(6) }],
  ])('%s', (_, change) => {
    expect(nextAriCheck({ ...inService, ...change }, answered(null), now, () => 0)).toBeNull();
  });
});

test('the first question comes within a minute of issuance', () => {
  expect(firstAriCheck(now, () => 0)).toBe(now);
  expect(firstAriCheck(now, () => 0.5)).toBe(now + seconds(30));
});

test('100,000 certificates imported at once: 5 questions a second, and later rounds hardly wait', () => {
  const perMinute = new Map<number, number>();
  const longestDelays: Duration[] = [];
  const random = pseudoRandom();
  let bucket: Bucket = null;
  let due = Array.from({ length: 100_000 }, () => firstAriCheck(now, random));
  for (let round = 0; round < 3; round++) {
    let longestDelay = 0;
    due = due
      .sort((a, b) => a - b)
      .map(moment => {
        const asked = peek(bucket, renewalInfoBudget, moment).nextAt;
        bucket = take(bucket, renewalInfoBudget, asked);
        longestDelay = Math.max(longestDelay, asked - moment);
        const minute = Math.floor(asked / minutes(1));
        perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
        return nextAriCheck(inService, answered(null), asked, random) ?? 0;
      });
    longestDelays.push(longestDelay);
  }
  expect(Math.max(...perMinute.values())).toBeLessThanOrEqual(5 * 60 + renewalInfoBudget.count);
  const [first, ...later] = longestDelays;
  expect(first).toBeGreaterThan(hours(5));
  expect(Math.max(...later)).toBeLessThan(minutes(10));
});

/** Repeatable dice (Lehmer's generator), so that the test can't fail once in a while. */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
