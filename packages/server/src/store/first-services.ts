import type { ServicePlace } from '@certfleet/contract';
import type { StoreContext } from './context.js';
import { virtualServiceOf } from './plugin-rows.js';
import { VirtualServices } from './virtual-services.js';

/** So many virtual services are told of each certificate. */
const told = 5;

/**
 * The first virtual services that each of these certificates is assigned to, by its id: the oldest assignments, with two
 * queries, however many certificates and assignments there are.
 */
export async function firstServices(
  context: StoreContext,
  certificateIds: readonly string[],
): Promise<Map<string, ServicePlace[]>> {
  const { db, dialect } = context;
  const numbered = db
    .selectFrom('assignment')
    .innerJoin('target', 'target.id', 'assignment.target_id')
    .select(eb => [
      'assignment.certificate_id as certificate',
      virtualServiceOf(dialect).as('index'),
      eb.fn
        .agg<number>('row_number')
        .over(over => over.partitionBy('assignment.certificate_id').orderBy(eb.fn.min('assignment.id')))
        .as('place'),
    ])
    .where('assignment.certificate_id', 'in', certificateIds)
    .where(virtualServiceOf(dialect), 'is not', null)
    // Several targets may be the same virtual service.
    .groupBy(['assignment.certificate_id', virtualServiceOf(dialect)]);
  const rows = await db
    .selectFrom(numbered.as('source'))
    .select(['certificate', 'index'])
    .where('place', '<=', told)
    .orderBy('place')
    .execute();
  const places = await new VirtualServices(context).places(rows.map(row => Number(row.index)));
  const services = new Map<string, ServicePlace[]>();
  for (const { certificate, index } of rows) {
    const place = places.get(Number(index));
    if (place) services.set(certificate, [...(services.get(certificate) ?? []), place]);
  }
  return services;
}
