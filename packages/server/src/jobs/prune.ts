import { type Duration, days, hours, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { Store } from '../store/index.js';
import type { JobHandler } from './scheduler.js';

/** The one job that forgets what nobody needs any more. */
export const pruneJob = { kind: 'prune', subject: 'all', lock: 'prune' } as const;

/** No limit of a CA looks back further than a week. */
const bucketLife = days(8);

/** How long something is kept after it is over. Null: for ever. */
export interface Retention {
  events: Duration | null;
  /** Of orders, deployments and versions. */
  history: Duration | null;
}

/**
 * Deletes events, orders, deployments and versions beyond their retention, the buckets of rate limits that are full
 * again, and the locks of what is gone. In batches, between which others can write, and until it is told to stop.
 */
export function prune({ store, clock }: Engine, retention: Retention): JobHandler {
  return async (_, signal): Promise<Instant> => {
    const now = clock.now();
    const { events, history } = retention;
    if (events !== null) await untilNone(signal, () => store.events.prune(now - events));
    if (history !== null) await pruneHistory(store, now - history, signal);
    await store.rateBuckets.prune(now - bucketLife);
    for (let last: string | null = ''; last !== null && !signal.aborted; ) last = await store.jobs.pruneLocks(last);
    // On PostgreSQL a retired data key outlives its rotation by the minutes in which other servers may still use it.
    await store.finishRotation();
    return now + hours(1);
  };
}

/** Deployments before versions: a version that only an old deployment is about can go then. */
async function pruneHistory({ history }: Store, olderThan: Instant, signal: AbortSignal): Promise<void> {
  await untilNone(signal, () => history.pruneOrders(olderThan));
  await untilNone(signal, () => history.pruneDeployments(olderThan));
  await untilNone(signal, () => history.pruneVersions(olderThan));
}

async function untilNone(signal: AbortSignal, deleteSome: () => Promise<number>): Promise<void> {
  while (!signal.aborted && (await deleteSome()) > 0);
}
