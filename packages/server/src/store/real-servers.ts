import type { SelectQueryBuilder } from 'kysely';
import type { StoreContext } from './context.js';
import { found } from './missing.js';
import { type RecordOf, RecordShape } from './records.js';
import type { Database, RealServerTable } from './schema/index.js';

/** A query that finds the indexes of (sub) virtual services. */
export type VirtualServiceIndexes = SelectQueryBuilder<Database, 'virtual_service', { index: number }>;

/** A server behind a virtual service or sub virtual service. */
export type RealServerRecord = RecordOf<RealServerTable, { properties: Record<string, unknown> }>;
export type NewRealServer = Pick<RealServerRecord, 'address' | 'port' | 'weight' | 'enabled' | 'connectionLimit'> &
  Partial<Pick<RealServerRecord, 'properties'>>;
export type RealServerPatch = Partial<Omit<RealServerRecord, 'index' | 'virtualServiceIndex'>>;

const shape = new RecordShape<RealServerTable, RealServerRecord>({ flags: ['enabled'], json: ['properties'] });

/** Real servers; their indexes count from 1 within each virtual service and are never given twice. */
export class RealServers {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  async create(virtualServiceIndex: number, server: NewRealServer): Promise<RealServerRecord> {
    return this.#context.atomically(async context => {
      const [created] = await addRealServers(context, virtualServiceIndex, [server]);
      return found(created, 'real server', 'index', virtualServiceIndex);
    });
  }

  /** Throws `not-found`. */
  async update(virtualServiceIndex: number, index: number, patch: RealServerPatch): Promise<void> {
    if (Object.keys(patch).length === 0) return;
    const result = await this.#context.db
      .updateTable('real_server')
      .set(shape.changes(patch))
      .where('virtual_service_index', '=', virtualServiceIndex)
      .where('index', '=', index)
      .executeTakeFirst();
    found(result.numUpdatedRows > 0n ? true : undefined, 'real server', 'index', index);
  }

  /** Moves all real servers of one (sub) virtual service to another one, which has none; they keep their indexes. */
  moveAll(fromIndex: number, toIndex: number): Promise<void> {
    return this.#context.atomically(async ({ db }) => {
      await db
        .updateTable('real_server')
        .set({ virtual_service_index: toIndex })
        .where('virtual_service_index', '=', fromIndex)
        .execute();
      const { last } = await db
        .selectFrom('virtual_service')
        .select(eb => eb.fn.max('last_real_server').as('last'))
        .where('index', 'in', [fromIndex, toIndex])
        .executeTakeFirstOrThrow();
      await db.updateTable('virtual_service').set({ last_real_server: last }).where('index', '=', toIndex).execute();
    });
  }

  /** Throws `not-found`. */
  async delete(virtualServiceIndex: number, index: number): Promise<void> {
    const result = await this.#context.db
      .deleteFrom('real_server')
      .where('virtual_service_index', '=', virtualServiceIndex)
      .where('index', '=', index)
      .executeTakeFirst();
    found(result.numDeletedRows > 0n ? true : undefined, 'real server', 'index', index);
  }
}

/**
 * To be called in a transaction: the new ones are numbered after the greatest index that there ever was. So they don't
 * take over what was counted of a deleted one, nor the clients that it had by a cookie. Throws `not-found`.
 */
export async function addRealServers(
  { db }: StoreContext,
  virtualServiceIndex: number,
  servers: readonly NewRealServer[],
): Promise<RealServerRecord[]> {
  if (servers.length === 0) return [];
  const counted = await db
    .updateTable('virtual_service')
    .set(eb => ({ last_real_server: eb('last_real_server', '+', servers.length) }))
    .where('index', '=', virtualServiceIndex)
    .returning('last_real_server')
    .executeTakeFirst();
  const { last_real_server: last } = found(counted, 'virtual service', 'index', virtualServiceIndex);
  const records = servers.map((server, position) => ({
    properties: {},
    ...server,
    virtualServiceIndex,
    index: last - servers.length + 1 + position,
  }));
  await db
    .insertInto('real_server')
    .values(records.map(record => shape.row(record)))
    .execute();
  return records;
}

/** The real servers of several (sub) virtual services, by their indexes. */
export async function realServersOf(
  { db }: StoreContext,
  virtualServiceIndexes: VirtualServiceIndexes,
): Promise<Map<number, RealServerRecord[]>> {
  const rows = await db
    .selectFrom('real_server')
    .selectAll()
    .where('virtual_service_index', 'in', virtualServiceIndexes)
    .orderBy('virtual_service_index')
    .orderBy('index')
    .execute();
  const byService = new Map<number, RealServerRecord[]>();
  for (const server of rows.map(row => shape.record(row))) {
    const known = byService.get(server.virtualServiceIndex);
    if (known) known.push(server);
    else byService.set(server.virtualServiceIndex, [server]);
  }
  return byService;
}
