import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { Keys } from './keys.js';
import { isLastRead } from './served-until.js';

/** Written out and not bound, so that the partial index is recognised when the statement is prepared. */
const isFinished = sql<boolean>`"order".state in ('done', 'failed', 'abandoned')`;

/**
 * Forgets what is over, oldest first and found by index. Each method deletes one batch in a transaction of its own,
 * that others wait for no longer than that, and returns how many rows it deleted: to be called until that is 0.
 */
export class History {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /**
   * Orders that ended before `olderThan`, with their challenges, and the keys that nothing else uses. One whose
   * challenge may still be presented somewhere stays: it is cleaned up by its row.
   */
  pruneOrders(olderThan: Instant, limit = 500): Promise<number> {
    return this.#context.atomically(async context => {
      const { db } = context;
      const orders = await db
        .selectFrom('order')
        .select(['id', 'key_id'])
        .where(isFinished)
        .where('updated_at', '<', olderThan)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('challenge')
                .select('challenge.id')
                .whereRef('challenge.order_id', '=', 'order.id')
                .where(sql<boolean>`challenge.state <> 'cleaned'`),
            ),
          ),
        )
        .orderBy('updated_at')
        .limit(limit)
        .execute();
      if (orders.length === 0) return 0;
      const ids = orders.map(order => order.id);
      await db.deleteFrom('challenge').where('order_id', 'in', ids).execute();
      await db.deleteFrom('order').where('id', 'in', ids).execute();
      await new Keys(context).deleteUnused([...new Set(orders.map(order => order.key_id))]);
      return orders.length;
    });
  }

  /**
   * Versions that expired before `olderThan`, with their deployments and the keys that nothing else uses. Those stay
   * that are their certificate's current one, that an assignment's latest deployment is about or was read at one, and that were revoked:
   * their keys must never be certified again, so they have to be known.
   */
  pruneVersions(olderThan: Instant, limit = 500): Promise<number> {
    return this.#context.atomically(async context => {
      const { db } = context;
      const versions = await db
        .selectFrom('version')
        .select(['id', 'key_id'])
        .where('not_after', '<', olderThan)
        .where('revoked_at', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('certificate')
                .select('certificate.id')
                .whereRef('certificate.id', '=', 'version.certificate_id')
                .whereRef('certificate.current_version_id', '=', 'version.id'),
            ),
          ),
        )
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('deployment')
                .select('deployment.id')
                .whereRef('deployment.version_id', '=', 'version.id')
                .where(isKept),
            ),
          ),
        )
        .orderBy('not_after')
        .limit(limit)
        .execute();
      if (versions.length === 0) return 0;
      const ids = versions.map(version => version.id);
      await db.deleteFrom('version').where('id', 'in', ids).execute();
      await new Keys(context).deleteUnused([...new Set(versions.map(version => version.key_id))]);
      return versions.length;
    });
  }

  /** Deployments that were begun before `olderThan`, but for the latest one of each assignment, and the latest that was read there. */
  async pruneDeployments(olderThan: Instant, limit = 500): Promise<number> {
    const result = await this.#context.db
      .deleteFrom('deployment')
      .where('id', 'in', db =>
        db
          .selectFrom('deployment')
          .select('deployment.id')
          .where('deployment.created_at', '<', olderThan)
          .where(({ not }) => not(isKept))
          .orderBy('deployment.created_at')
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  }
}

/** Of its assignment's deployments, this one is the newest, or the newest that was read: it may be what is served. */
const isKept = sql<boolean>`(not exists (
  select 1 from deployment as newer
  where newer.assignment_id = deployment.assignment_id and newer.id > deployment.id) or (${isLastRead}))`;
