import { describe, expect, test } from 'vitest';
import type { Bucket } from './bucket.js';
import { parseIdentifiers } from './identifier-set.js';
import {
  afterGivingBack,
  afterUses,
  comeBackAt,
  decideOrder,
  failureOf,
  letsEncryptRateLimits,
  limitsFor,
  noRateLimits,
  type PlannedOrder,
  presetRateLimits,
  type RateDecision,
  type RateLimits,
} from './rate-limits.js';
import { days, hours, type Instant, minutes, seconds } from './time.js';

const start = Date.UTC(2027, 2, 4);

/** A ledger in memory, used as the engine uses the one in the store. */
class Ledger {
  readonly #limits: RateLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: RateLimits = letsEncryptRateLimits) {
    this.#limits = limits;
  }

  ask(order: PlannedOrder, now: Instant): RateDecision {
    return decideOrder(limitsFor(order, this.#limits).needsRoomIn, this.#limits, this.#buckets, now);
  }

  make(order: PlannedOrder, now: Instant): void {
    this.#store(afterUses(limitsFor(order, this.#limits).takes, this.#limits, this.#buckets, now));
  }

  fail(account: string, name: string, now: Instant): void {
    const uses = parseIdentifiers([name]).map(identifier => failureOf(account, identifier));
    this.#store(afterUses(uses, this.#limits, this.#buckets, now));
  }

  #store(changed: Map<string, Instant>): void {
    for (const [bucket, state] of changed) this.#buckets.set(bucket, state);
  }
}

const order = (names: string[], kind: PlannedOrder['kind'] = 'first', account = 'main'): PlannedOrder => ({
  account,
  identifiers: parseIdentifiers(names),
  kind,
});

describe("Let's Encrypt's limits", () => {
  test('300 orders of an account at once, then one every 36 seconds', () => {
    const ledger = new Ledger();
    for (let n = 0; n < 300; n++) {
      expect(ledger.ask(order([`d${n}.example`]), start).allowed, `order ${n + 1}`).toBe(true);
      ledger.make(order([`d${n}.example`]), start);
    }
    expect(ledger.ask(order(['one-more.example']), start)).toEqual({
      allowed: false,
      until: start + seconds(36),
      limit: 'newOrdersPerAccount',
      reason:
        "Waits for the CA's limit of 300 new orders of the account in 3 hours: possible at 4 March 00:00 UTC, in 36 seconds",
    });
    expect(ledger.ask(order(['one-more.example']), start + seconds(36)).allowed).toBe(true);
    expect(ledger.ask(order(['one-more.example'], 'first', 'another'), start).allowed, 'on another account').toBe(true);
  });

  test('50 certificates of a registered domain, whatever the account, then one every 3.4 hours', () => {
    const ledger = new Ledger();
    for (let n = 0; n < 50; n++) ledger.make(order([`h${n}.example.com`], 'first', `account${n}`), start);
    const refused = ledger.ask(order(['other.example', 'new.example.com']), start);
    expect(refused).toMatchObject({
      limit: 'certificatesPerRegisteredDomain',
      until: start + days(7) / 50,
      reason: expect.stringContaining('50 certificates for example.com in 7 days: possible at 4 March 03:21 UTC'),
    });
    expect(ledger.ask(order(['other.example']), start).allowed, 'another domain').toBe(true);
  });

  test('several names of one domain count once', () => {
    const { takes } = limitsFor(order(['a.example.com', 'b.example.com', '*.c.example.com']), letsEncryptRateLimits);
    expect(takes.filter(({ limit }) => limit === 'certificatesPerRegisteredDomain')).toHaveLength(1);
  });

  test('5 certificates of an exact set in any order and spelling, also as renewals', () => {
    const ledger = new Ledger();
    for (let n = 0; n < 5; n++) ledger.make(order(['a.example', 'b.example'], n < 2 ? 'first' : 'renewal'), start);
    expect(ledger.ask(order(['B.example', 'a.example'], 'renewal'), start)).toMatchObject({
      limit: 'certificatesPerExactSet',
      until: start + hours(33.6),
    });
    expect(ledger.ask(order(['a.example', 'b.example', 'c.example']), start).allowed, 'another set').toBe(true);
  });

  test('5 failures of a name on an account hold up every order with it, the wildcard too, for 12 minutes', () => {
    const ledger = new Ledger();
    for (let n = 0; n < 5; n++) ledger.fail('main', 'bad.example', start);
    for (const names of [['bad.example'], ['good.example', 'bad.example'], ['*.bad.example']]) {
      expect(ledger.ask(order(names), start)).toMatchObject({
        limit: 'failuresPerIdentifier',
        until: start + minutes(12),
        reason: expect.stringContaining('5 failed authorizations of bad.example in 60 minutes'),
      });
    }
    expect(ledger.ask(order(['good.example']), start).allowed, 'another name').toBe(true);
    expect(ledger.ask(order(['bad.example'], 'first', 'another'), start).allowed, 'another account').toBe(true);
    expect(ledger.ask(order(['bad.example']), start + minutes(12)).allowed, 'later').toBe(true);
  });

  test('the limit that holds it up longest is the one that is told', () => {
    const ledger = new Ledger();
    for (let n = 0; n < 5; n++) ledger.fail('main', 'www.example', start);
    for (let n = 0; n < 5; n++) ledger.make(order(['www.example']), start);
    expect(ledger.ask(order(['www.example']), start)).toMatchObject({ limit: 'certificatesPerExactSet' });
  });

  test.each<[PlannedOrder['kind'], number, number]>([
    ['first', 3, 4],
    ['renewal', 1, 2],
    ['ari-renewal', 0, 0],
  ])('an order of kind %s takes from %d limits and needs room in %d', (kind, takes, needsRoomIn) => {
    const uses = limitsFor(order(['www.example.com'], kind), letsEncryptRateLimits);
    expect([uses.takes.length, uses.needsRoomIn.length]).toEqual([takes, needsRoomIn]);
  });
});

test('a CA that does not exempt renewals: they count like first orders', () => {
  const limits = { ...letsEncryptRateLimits, renewalsExempt: false };
  expect(limitsFor(order(['www.example.com'], 'ari-renewal'), limits)).toEqual(
    limitsFor(order(['www.example.com'], 'first'), limits),
  );
});

test('a directory without limits: nothing is kept and nothing waits', () => {
  expect(limitsFor(order(['www.example.com']), noRateLimits)).toEqual({ takes: [], needsRoomIn: [] });
});

test('the key of a set stays short for a hundred long names', () => {
  const names = Array.from({ length: 100 }, (_, n) => `n${n}.${'a'.repeat(60)}.${'b'.repeat(60)}.example`);
  const longest = Math.max(...limitsFor(order(names), letsEncryptRateLimits).needsRoomIn.map(use => use.bucket.length));
  expect(longest).toBeLessThan(300);
});

test.each([
  ['https://acme-v02.api.letsencrypt.org/directory', letsEncryptRateLimits],
  ['https://acme-staging-v02.api.letsencrypt.org/directory', noRateLimits],
  ['https://127.0.0.1:14000/dir', noRateLimits],
])('preset of %s', (directoryUrl, limits) => {
  expect(presetRateLimits(directoryUrl)).toBe(limits);
});

test('an order that came to nothing gives back what it took, and a bucket that is not there stays so', () => {
  const identifiers = parseIdentifiers(['www.example.com', 'example.com']);
  const { takes } = limitsFor({ account: 'one', identifiers, kind: 'first' }, letsEncryptRateLimits);
  const taken = afterUses(takes, letsEncryptRateLimits, new Map(), start);
  const back = afterGivingBack(takes, letsEncryptRateLimits, taken);
  expect([...back.keys()]).toEqual(takes.map(({ bucket }) => bucket));
  expect([...back.values()]).toEqual(takes.map(() => start));
  expect(afterGivingBack(takes, letsEncryptRateLimits, new Map()).size).toBe(0);
  expect(afterGivingBack(takes, noRateLimits, taken).size).toBe(0);
});

describe('those who wait for one limit do not come back at one moment', () => {
  const wait = (limit: 'newOrdersPerAccount' | 'certificatesPerExactSet') =>
    ({ allowed: false, until: start, limit, reason: 'full' }) as const;

  test.each<[string, 'newOrdersPerAccount' | 'certificatesPerExactSet', number, Instant]>([
    ['never before there is room', 'newOrdersPerAccount', 0, start],
    ['over twenty refills of a quick limit', 'newOrdersPerAccount', 0.5, start + seconds(360)],
    ['over a quarter of an hour of a slow one', 'certificatesPerExactSet', 0.5, start + minutes(7.5)],
  ])('%s', (_, limit, random, expected) => {
    expect(comeBackAt(wait(limit), letsEncryptRateLimits, () => random)).toBe(expected);
  });
});
