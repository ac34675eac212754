import type { RateBudget } from '@certfleet/contract';
import { peek } from '../domain/bucket.js';
import { limitsFor, type RateLimitName } from '../domain/rate-limits.js';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { AccountRecord } from '../store/accounts.js';

/**
 * What a CA still lets an account do, as far as it is known here: the account's own limit first, then those of so many
 * registered domains, the emptiest first. None, where the limits of the CA are not known.
 */
export async function budgetsOf(
  { store, rateLimits }: Engine,
  { id, directoryUrl }: AccountRecord,
  domainCount: number,
  now: Instant,
): Promise<RateBudget[]> {
  const limits = rateLimits(directoryUrl);
  const level = (name: RateLimitName & RateBudget['limit'], of: string | null, state: number | null): RateBudget[] => {
    const limit = limits[name];
    if (limit === null) return [];
    const { left, nextAt } = peek(state, limit, now);
    const { count: allowed, per } = limit;
    return [
      {
        ...{ limit: name, of, count: allowed, windowSeconds: per / 1000, used: allowed - left, left },
        nextAt: left > 0 ? null : new Date(nextAt).toISOString(),
      },
    ];
  };
  const [own] = limitsFor({ account: id, identifiers: [], kind: 'first' }, limits).takes;
  const known = own ? await store.rateBuckets.read(directoryUrl, [own.bucket]) : new Map<string, number>();
  const prefix = 'certificatesPerRegisteredDomain:';
  const domains = limits.certificatesPerRegisteredDomain
    ? await store.rateBuckets.emptiest(directoryUrl, prefix, domainCount)
    : [];
  return [
    ...(own ? level('newOrdersPerAccount', null, known.get(own.bucket) ?? null) : []),
    ...domains.flatMap(({ bucket, state }) =>
      level('certificatesPerRegisteredDomain', bucket.slice(prefix.length), state),
    ),
  ];
}
