import type { Limit } from './bucket.js';
import { type Duration, days, hours, type Instant, minutes, type Random, seconds } from './time.js';

/** How often renewalInfo is asked when the CA does not say; 100,000 certificates every 6 hours are 4.6 a second. */
const usualInterval: Duration = hours(6);
const shortestInterval: Duration = minutes(1);
const longestInterval: Duration = days(1);

/**
 * Added at random to each interval, so that what was asked together drifts apart, and never sooner than the CA said.
 */
const jitter = 0.1;

/**
 * How fast questions are asked, of all CAs together, however many are due: one after the other at this pace. What has
 * to wait for its turn is spread by that from then on.
 */
export const renewalInfoBudget: Limit = { count: 5, per: seconds(1) };

/** The version that is asked about. */
export interface AskableVersion {
  notAfter: Instant;
  replacedAt: Instant | null;
  revokedAt: Instant | null;
}

/**
 * What came of asking: an answer with its Retry-After (null if it had none that makes sense), or no usable answer, for
 * the n-th time in a row, this one included.
 */
export type AriOutcome = { kind: 'answered'; retryAfter: Duration | null } | { kind: 'failed'; failures: number };

/**
 * When to ask about a version that was just issued or imported. RFC 9773 §4.3: "Clients SHOULD fetch a certificate's
 * RenewalInfo immediately after issuance"; a minute's spread keeps that out of the rush of a bulk issuance.
 */
export function firstAriCheck(now: Instant, random: Random): Instant {
  return Math.round(now + minutes(1) * random());
}

/**
 * When to ask again; null: never. A failing answer never holds up a renewal, which is decided without it then.
 *
 * RFC 9773 §4.3: "Clients MUST NOT check a certificate's RenewalInfo after the certificate has expired", nor after it
 * was replaced. §4.3.2: "Clients MUST set reasonable limits on their checking interval", a minute and a day as the RFC
 * suggests. §4.3.3: exponential backoff while errors may be temporary, then every six hours.
 */
export function nextAriCheck(
  version: AskableVersion,
  outcome: AriOutcome,
  now: Instant,
  random: Random,
): Instant | null {
  if (version.replacedAt !== null || version.revokedAt !== null) return null;
  const at = Math.round(now + intervalAfter(outcome) * (1 + jitter * random()));
  return at < version.notAfter ? at : null;
}

function intervalAfter(outcome: AriOutcome): Duration {
  if (outcome.kind === 'failed') return Math.min(shortestInterval * 2 ** (outcome.failures - 1), usualInterval);
  const { retryAfter } = outcome;
  if (retryAfter === null || Number.isNaN(retryAfter)) return usualInterval;
  return Math.min(Math.max(retryAfter, shortestInterval), longestInterval);
}
