import { type Duration, days, hours, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { JobHandler } from './scheduler.js';

/** The one job that forgets what nobody needs any more. */
export const pruneJob = { kind: 'prune', subject: 'all', lock: 'prune' } as const;

/** No limit of a CA looks back further than a week. */
const bucketLife = days(8);

/** Deletes events beyond their retention (null: they are kept) and the buckets of rate limits that are full again. */
export function prune({ store, clock }: Engine, eventRetention: Duration | null): JobHandler {
  return async (_, signal): Promise<Instant> => {
    const now = clock.now();
    if (eventRetention !== null) {
      while (!signal.aborted && (await store.events.prune(now - eventRetention)) > 0);
    }
    await store.rateBuckets.prune(now - bucketLife);
    // On PostgreSQL a retired data key outlives its rotation by the minutes in which other servers may still use it.
    await store.finishRotation();
    return now + hours(1);
  };
}
