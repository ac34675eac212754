import { sql } from 'kysely';
import type { StoreContext } from './context.js';
import { Targets } from './targets.js';

/*
 * A place has one default at most. An index sees to it for each target; several targets of one virtual service are one
 * place as well, which is seen to here.
 */

/** So many of those that were the default are remembered, at most, when the default is taken off. */
const mostFormer = 20;

/**
 * Ends being the default, whoever is it, so that another one can become it in the same transaction. Returns the names
 * of the certificates. Two that want it at once wait for each other.
 */
export async function takeDefault(context: StoreContext, targetId: string): Promise<string[]> {
  const { db, dialect } = context;
  const place = await placeOf(context, targetId);
  if (dialect === 'postgres') {
    await db.selectFrom('target').select('id').where('id', 'in', place).orderBy('id').forNoKeyUpdate().execute();
  }
  const former = await db
    .updateTable('assignment')
    // One from a backup that knows nothing of the column was the default at least since then.
    .set({ is_default: 0, default_at: sql<number>`coalesce(default_at, created_at)` })
    .where('target_id', 'in', place)
    .where('is_default', '=', 1)
    .returning(eb =>
      eb
        .selectFrom('certificate')
        .select('name')
        .whereRef('certificate.id', '=', 'assignment.certificate_id')
        .$asScalar()
        .as('name'),
    )
    .execute();
  return former.map(({ name }) => name ?? '');
}

/** The name of the certificate that is the default of a target's place; undefined: none is. */
export async function defaultOf(context: StoreContext, targetId: string): Promise<string | undefined> {
  const row = await context.db
    .selectFrom('assignment')
    .innerJoin('certificate', 'certificate.id', 'assignment.certificate_id')
    .select('certificate.name')
    .where('assignment.target_id', 'in', await placeOf(context, targetId))
    .where('assignment.is_default', '=', 1)
    .executeTakeFirst();
  return row?.name;
}

/** Rows of those that are or were the default of an assignment's place, but for itself: the latest first. */
export async function otherDefaults(context: StoreContext, { id, targetId }: { id: string; targetId: string }) {
  return await context.db
    .selectFrom('assignment')
    .innerJoin('certificate', 'certificate.id', 'assignment.certificate_id')
    .selectAll('assignment')
    .select('certificate.name as certificate')
    .where('assignment.target_id', 'in', await placeOf(context, targetId))
    .where('assignment.default_at', 'is not', null)
    .where('assignment.id', '!=', id)
    .orderBy('assignment.is_default', 'desc')
    .orderBy('assignment.default_at', 'desc')
    .orderBy('assignment.id', 'desc')
    .limit(mostFormer)
    .execute();
}

/** The targets of one place: those of its virtual service, else this one alone. */
async function placeOf(context: StoreContext, targetId: string): Promise<string[]> {
  const targets = new Targets(context);
  const { type, config } = await targets.get(targetId);
  if (type !== 'virtual-service') return [targetId];
  return (await targets.onVirtualServices([Number(config.virtualService)])).map(({ id }) => id);
}
