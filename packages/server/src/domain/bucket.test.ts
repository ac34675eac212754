import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bucket, giveBack, type Limit, peek, take } from './bucket.js';
import { days, hours, type Instant, minutes, seconds } from './time.js';

const now = Date.UTC(2027, 2, 4);
const orders: Limit = { count: 300, per: hours(3) };
const five: Limit = { count: 5, per: hours(1) };

function takeMany(count: number, limit: Limit, at: Instant, from: Bucket = null): Bucket {
  let bucket = from;
  for (let taken = 0; taken < count; taken++) bucket = take(bucket, limit, at);
  return bucket;
}

test.each<[string, Bucket, Limit, Instant, ReturnType<typeof peek>]>([
  ['untouched: full', null, five, now, { left: 5, nextAt: now }],
  ['full since long ago', now - days(1), five, now, { left: 5, nextAt: now }],
  ['one taken', takeMany(1, five, now), five, now, { left: 4, nextAt: now }],
  ['all but one taken', takeMany(4, five, now), five, now, { left: 1, nextAt: now }],
  [
    'all taken: one comes back after a fifth of the hour',
    takeMany(5, five, now),
    five,
    now,
    { left: 0, nextAt: now + minutes(12) },
  ],
  [
    'all taken, a moment before one is back',
    takeMany(5, five, now),
    five,
    now + minutes(12) - 1,
    { left: 0, nextAt: now + minutes(12) },
  ],
  ['all taken, one is back', takeMany(5, five, now), five, now + minutes(12), { left: 1, nextAt: now + minutes(12) }],
  [
    'all taken, the hour is over: full',
    takeMany(5, five, now),
    five,
    now + hours(1),
    { left: 5, nextAt: now + hours(1) },
  ],
  ['more taken than there was', takeMany(7, five, now), five, now, { left: 0, nextAt: now + minutes(36) }],
  [
    '300 orders taken: the next after 36 seconds',
    takeMany(300, orders, now),
    orders,
    now,
    { left: 0, nextAt: now + seconds(36) },
  ],
  [
    'a refill time that is no whole number: rounded up, never too fast',
    takeMany(3, { count: 3, per: 100 }, now),
    { count: 3, per: 100 },
    now,
    { left: 0, nextAt: now + 34 },
  ],
])('%s', (_, bucket, limit, at, level) => {
  expect(peek(bucket, limit, at)).toEqual(level);
});

test('several at once are the same as one by one', () => {
  expect(take(null, five, now, 3)).toBe(takeMany(3, five, now));
});

test('whoever waits as told never gets more in any window than the limit, twice over, and is not held up for nothing', () => {
  const limits = fc.record({ count: fc.integer({ min: 1, max: 50 }), per: fc.integer({ min: 100, max: days(7) }) });
  const pauses = fc.array(fc.integer({ min: 0, max: hours(30) }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(limits, pauses, (limit, waits) => {
      let bucket: Bucket = null;
      let at = now;
      const taken: Instant[] = [];
      for (const wait of waits) {
        at = peek(bucket, limit, at + wait).nextAt;
        expect(peek(bucket, limit, at).left, 'there is one at the moment that was told').toBeGreaterThanOrEqual(1);
        bucket = take(bucket, limit, at);
        taken.push(at);
      }
      for (const from of taken) {
        const within = taken.filter(each => each >= from && each < from + limit.per).length;
        expect(within).toBeLessThanOrEqual(2 * limit.count);
      }
    }),
  );
});

test('what is given back can be taken again', () => {
  const empty = takeMany(5, five, now) ?? now;
  expect(peek(empty, five, now).left).toBe(0);
  expect(peek(giveBack(empty, five), five, now)).toEqual({ left: 1, nextAt: now });
  expect(peek(giveBack(empty, five, 5), five, now)).toEqual({ left: 5, nextAt: now });
});

test('giving back to a full bucket does not make it fuller', () => {
  expect(peek(giveBack(take(null, five, now), five, 3), five, now).left).toBe(5);
});
