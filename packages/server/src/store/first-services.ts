import type { ServicePlace } from '@certfleet/contract';
import type { StoreContext } from './context.js';
import { virtualServiceOf } from './plugin-rows.js';
import { VirtualServices } from './virtual-services.js';

/** So many virtual services are told of each certificate. */
const told = 5;
/** Of a certificate with more assignments than this, no more are read: some may lead to the same virtual service. */
const few = 50;

/**
 * The first virtual services that certificates are assigned to, by the certificates' ids. `counts`: how many assignments
 * each has. Those with few are read together, the others one by one: what is not told is not read.
 */
export async function firstServices(
  context: StoreContext,
  counts: ReadonlyMap<string, number>,
): Promise<Map<string, ServicePlace[]>> {
  const withFew = [...counts].flatMap(([id, count]) => (count <= few ? [id] : []));
  const rows = withFew.length === 0 ? [] : await onServices(context, withFew).execute();
  for (const [id, count] of counts) {
    if (count > few) rows.push(...(await onServices(context, [id]).limit(few).execute()));
  }
  const places = await new VirtualServices(context).places(rows.map(row => Number(row.index)));
  const services = new Map<string, ServicePlace[]>();
  for (const { certificate, index } of rows) {
    const place = places.get(Number(index));
    const known = services.get(certificate) ?? [];
    if (place && known.length < told && !known.includes(place)) services.set(certificate, [...known, place]);
  }
  return services;
}

/** In the order of the index of assignments, which is that of the targets' making. */
function onServices({ db, dialect }: StoreContext, certificateIds: readonly string[]) {
  return db
    .selectFrom('assignment')
    .innerJoin('target', 'target.id', 'assignment.target_id')
    .select(['assignment.certificate_id as certificate', virtualServiceOf(dialect).as('index')])
    .where('assignment.certificate_id', 'in', certificateIds)
    .where(virtualServiceOf(dialect), 'is not', null)
    .orderBy('assignment.target_id');
}
