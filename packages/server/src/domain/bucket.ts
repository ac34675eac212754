import type { Duration, Instant } from './time.js';

/** `count` at once, refilled evenly at `count` in each `per`: 300 in 3 hours come back one by one, every 36 seconds. */
export interface Limit {
  count: number;
  per: Duration;
}

/**
 * A token bucket whose state is one number: the moment at which it will be full again (the "theoretical arrival time"
 * of GCRA, the generic cell rate algorithm). What it costs does not grow with how much was taken, and nothing has to
 * refill it. Null, or a moment in the past, is a full bucket.
 */
export type Bucket = Instant | null;

/** What a bucket has: whole tokens at this moment, and when there will be at least one (now, if there is). */
export interface Level {
  left: number;
  nextAt: Instant;
}

export function peek(bucket: Bucket, limit: Limit, now: Instant): Level {
  const fullAt = Math.max(bucket ?? now, now);
  const left = Math.max(0, Math.floor(limit.count - (fullAt - now) / refillTime(limit)));
  return { left, nextAt: Math.max(now, fullAt - (limit.count - 1) * refillTime(limit)) };
}

/**
 * The bucket after taking from it. It always works: what was used is used, also when others (another server with the
 * same account) took what we thought was left; then it takes longer until there is one again.
 */
export function take(bucket: Bucket, limit: Limit, now: Instant, tokens = 1): Instant {
  return Math.max(bucket ?? now, now) + tokens * refillTime(limit);
}

/** The bucket after putting back what was taken and turned out not to be used. */
export function giveBack(bucket: Instant, limit: Limit, tokens = 1): Instant {
  return bucket - tokens * refillTime(limit);
}

/** How long one token takes to come back: whole milliseconds, rounded up, so never faster than the limit allows. */
export function refillTime(limit: Limit): Duration {
  return Math.ceil(limit.per / limit.count);
}
