import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';

/** A moment in the past: a full bucket. */
const neverUsed = 0;

/** The ledger of the CAs' rate limits: see domain/rate-limits.ts. To be read and written in one transaction. */
export class RateBuckets {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Those of these buckets that were ever used. On PostgreSQL they are locked until the end of the transaction. */
  async get(directoryUrl: string, buckets: readonly string[]): Promise<Map<string, number>> {
    if (buckets.length === 0) return new Map();
    const { db, dialect } = this.#context;
    if (dialect === 'postgres') await this.#makeLockable(directoryUrl, buckets);
    const query = db
      .selectFrom('rate_bucket')
      .select(['bucket', 'state'])
      .where('directory_url', '=', directoryUrl)
      .where('bucket', 'in', buckets)
      .orderBy('bucket');
    const rows = await (dialect === 'postgres' ? query.forUpdate() : query).execute();
    return new Map(rows.filter(({ state }) => state !== neverUsed).map(({ bucket, state }) => [bucket, state]));
  }

  /** As {@link get}, to be looked at only: nothing is locked. */
  async read(directoryUrl: string, buckets: readonly string[]): Promise<Map<string, number>> {
    if (buckets.length === 0) return new Map();
    const rows = await this.#context.db
      .selectFrom('rate_bucket')
      .select(['bucket', 'state'])
      .where('directory_url', '=', directoryUrl)
      .where('bucket', 'in', buckets)
      .execute();
    return new Map(rows.filter(({ state }) => state !== neverUsed).map(({ bucket, state }) => [bucket, state]));
  }

  /** Of the buckets whose names begin like this, those with the least left: a moment in the future each. */
  async emptiest(directoryUrl: string, prefix: string, limit: number): Promise<{ bucket: string; state: number }[]> {
    return await this.#context.db
      .selectFrom('rate_bucket')
      .select(['bucket', 'state'])
      .where('directory_url', '=', directoryUrl)
      .where('bucket', '>=', prefix)
      .where('bucket', '<', `${prefix}\u{10ffff}`)
      .where('state', '>', this.#context.now())
      .orderBy('state', 'desc')
      .orderBy('bucket')
      .limit(limit)
      .execute();
  }

  async put(directoryUrl: string, states: ReadonlyMap<string, number>, now: Instant): Promise<void> {
    if (states.size === 0) return;
    const rows = [...states].map(([bucket, state]) => ({
      directory_url: directoryUrl,
      bucket,
      state,
      updated_at: now,
    }));
    await this.#context.db
      .insertInto('rate_bucket')
      .values(rows.sort((a, b) => (a.bucket < b.bucket ? -1 : 1)))
      .onConflict(conflict =>
        conflict.columns(['directory_url', 'bucket']).doUpdateSet(eb => ({
          state: eb.ref('excluded.state'),
          updated_at: eb.ref('excluded.updated_at'),
        })),
      )
      .execute();
  }

  /**
   * Two servers that take from a bucket for the first time at the same moment must see each other, and only a row can
   * be locked. In one order for all, so that they don't wait for each other.
   */
  async #makeLockable(directoryUrl: string, buckets: readonly string[]): Promise<void> {
    const rows = [...new Set(buckets)].sort().map(bucket => ({
      ...{ directory_url: directoryUrl, bucket },
      ...{ state: neverUsed, updated_at: 0 },
    }));
    await this.#context.db
      .insertInto('rate_bucket')
      .values(rows)
      .onConflict(conflict => conflict.columns(['directory_url', 'bucket']).doNothing())
      .execute();
  }

  /** Forgets buckets that nothing was taken from since then; they are full again. */
  async prune(olderThan: Instant): Promise<void> {
    await this.#context.db.deleteFrom('rate_bucket').where('updated_at', '<', olderThan).execute();
  }
}
