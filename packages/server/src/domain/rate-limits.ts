import { createHash } from 'node:crypto';
import { type Bucket, giveBack, type Limit, peek, refillTime, take } from './bucket.js';
import { setKey } from './identifier-set.js';
import { baseName, type Identifier, registeredDomain } from './identifiers.js';
import { days, describeDuration, describeInstant, hours, type Instant, minutes, type Random } from './time.js';

/** The limits of one directory, as it is configured. Null: the CA has no such limit, or none that we know of. */
export interface RateLimits {
  newOrdersPerAccount: Limit | null;
  certificatesPerRegisteredDomain: Limit | null;
  certificatesPerExactSet: Limit | null;
  /** Failed authorizations of one identifier on one account. */
  failuresPerIdentifier: Limit | null;
  /** Whether the CA exempts renewals the way Let's Encrypt does; see {@link limitsFor}. */
  renewalsExempt: boolean;
}

export type RateLimitName = Exclude<keyof RateLimits, 'renewalsExempt'>;

export const noRateLimits: RateLimits = {
  newOrdersPerAccount: null,
  certificatesPerRegisteredDomain: null,
  certificatesPerExactSet: null,
  failuresPerIdentifier: null,
  renewalsExempt: false,
};

/** https://letsencrypt.org/docs/rate-limits/, production. */
export const letsEncryptRateLimits: RateLimits = {
  newOrdersPerAccount: { count: 300, per: hours(3) },
  certificatesPerRegisteredDomain: { count: 50, per: days(7) },
  certificatesPerExactSet: { count: 5, per: days(7) },
  failuresPerIdentifier: { count: 5, per: hours(1) },
  renewalsExempt: true,
};

/** What we know of a directory when nothing is configured. Staging's limits are so wide that we don't keep them. */
export function presetRateLimits(directoryUrl: string): RateLimits {
  return new URL(directoryUrl).hostname === 'acme-v02.api.letsencrypt.org' ? letsEncryptRateLimits : noRateLimits;
}

/**
 * An order that we would like to make. `account` is anything that stays the same for it.
 *
 * `renewal`: the same set of identifiers as an issued certificate; `ari-renewal`: and `replaces` is sent while now is
 * in the window that the CA suggested.
 */
export interface PlannedOrder {
  account: string;
  identifiers: readonly Identifier[];
  kind: 'first' | 'renewal' | 'ari-renewal';
}

/** One use of a limit. `bucket` is its key in the ledger of its directory: `<limit>:<what is counted>`. */
export interface LimitUse {
  limit: RateLimitName;
  bucket: string;
  /** What is counted, for people: `example.com`. */
  of: string;
}

/**
 * What an order has to have room in, and what it takes from once it is made (failures are taken one by one, as they
 * happen: {@link failureOf}).
 *
 * It takes when it is made, though the CA counts certificates when they are issued: of many orders for one domain that
 * are under way together, none then runs into the limit at its end. One that comes to nothing gives back what counts
 * certificates ({@link afterGivingBack}). Let's Encrypt: renewals with ARI are exempt from
 * all limits; others from those on orders and on registered domains.
 */
export function limitsFor(order: PlannedOrder, limits: RateLimits): { takes: LimitUse[]; needsRoomIn: LimitUse[] } {
  if (order.kind === 'ari-renewal' && limits.renewalsExempt) return { takes: [], needsRoomIn: [] };
  const exempt = order.kind === 'renewal' && limits.renewalsExempt;
  const domains = exempt ? [] : [...new Set(order.identifiers.map(registeredDomain))];
  const takes = [
    ...(exempt ? [] : [use('newOrdersPerAccount', order.account, 'the account')]),
    ...domains.map(domain => use('certificatesPerRegisteredDomain', domain, domain)),
    use('certificatesPerExactSet', digest(setKey(order.identifiers)), 'this exact set of names'),
  ].filter(({ limit }) => limits[limit] !== null);
  const failures = order.identifiers.map(identifier => failureOf(order.account, identifier));
  return { takes, needsRoomIn: [...takes, ...(limits.failuresPerIdentifier ? failures : [])] };
}

/** To be taken when an authorization of this identifier has failed. */
export function failureOf(account: string, identifier: Identifier): LimitUse {
  const name = baseName(identifier);
  return use('failuresPerIdentifier', `${account}/${name}`, name);
}

function use(limit: RateLimitName, key: string, of: string): LimitUse {
  return { limit, bucket: `${limit}:${key}`, of };
}

/** A hundred long names would make a long key. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Whether an order may be made now; if not, when and why, for people. */
export type RateDecision = { allowed: true } | { allowed: false; until: Instant; limit: RateLimitName; reason: string };

/**
 * `buckets` has those of {@link limitsFor}'s `needsRoomIn`, as far as the ledger has them. The last to have room
 * decides.
 */
export function decideOrder(
  uses: readonly LimitUse[],
  limits: RateLimits,
  buckets: ReadonlyMap<string, Bucket>,
  now: Instant,
): RateDecision {
  let decision: RateDecision = { allowed: true };
  for (const { limit: name, bucket, of } of uses) {
    const limit = limits[name];
    if (limit === null) continue;
    const { nextAt } = peek(buckets.get(bucket) ?? null, limit, now);
    if (nextAt <= (decision.allowed ? now : decision.until)) continue;
    decision = { allowed: false, until: nextAt, limit: name, reason: explainWait(name, limit, of, nextAt, now) };
  }
  return decision;
}

/** So many refills, but no longer than this, is the time over which those who wait for one limit come back. */
const spreadRefills = 20;
const longestSpread = minutes(15);

/**
 * When to ask for room again: not at the very moment at which there is some. Of ten thousand that wait for one limit,
 * all would ask at that moment and one would get it, again and again.
 */
export function comeBackAt(
  wait: Extract<RateDecision, { allowed: false }>,
  limits: RateLimits,
  random: Random,
): Instant {
  const limit = limits[wait.limit];
  const spread = limit === null ? 0 : Math.min(spreadRefills * refillTime(limit), longestSpread);
  return Math.round(wait.until + random() * spread);
}

/** The buckets after these uses, to be stored: only those that changed. */
export function afterUses(
  uses: readonly LimitUse[],
  limits: RateLimits,
  buckets: ReadonlyMap<string, Bucket>,
  now: Instant,
): Map<string, Instant> {
  const changed = new Map<string, Instant>();
  for (const { limit: name, bucket } of uses) {
    const limit = limits[name];
    if (limit !== null) changed.set(bucket, take(changed.get(bucket) ?? buckets.get(bucket) ?? null, limit, now));
  }
  return changed;
}

/** The buckets after these uses came to nothing, to be stored. One that the ledger no longer has is full anyway. */
export function afterGivingBack(
  uses: readonly LimitUse[],
  limits: RateLimits,
  buckets: ReadonlyMap<string, Instant>,
): Map<string, Instant> {
  const changed = new Map<string, Instant>();
  for (const { limit: name, bucket } of uses) {
    const limit = limits[name];
    const state = changed.get(bucket) ?? buckets.get(bucket);
    if (limit !== null && state !== undefined) changed.set(bucket, giveBack(state, limit));
  }
  return changed;
}

function explainWait(name: RateLimitName, { count, per }: Limit, of: string, until: Instant, now: Instant): string {
  const next = `${describeInstant(until, now)}, in ${describeDuration(until - now)}`;
  return `Waits for the CA's limit of ${count} ${counted[name]} ${of} in ${describeDuration(per)}: possible at ${next}`;
}

const counted: Record<RateLimitName, string> = {
  newOrdersPerAccount: 'new orders of',
  certificatesPerRegisteredDomain: 'certificates for',
  certificatesPerExactSet: 'certificates for',
  failuresPerIdentifier: 'failed authorizations of',
};
