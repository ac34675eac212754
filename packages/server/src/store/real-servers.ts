import type { StoreContext } from './context.js';
import { found } from './missing.js';
import { type RecordOf, RecordShape } from './records.js';
import type { RealServerTable } from './schema.js';

/** A server behind a virtual service or sub virtual service. */
export type RealServerRecord = RecordOf<RealServerTable, { properties: Record<string, unknown> }>;
export type NewRealServer = Pick<RealServerRecord, 'address' | 'port' | 'weight' | 'enabled'> &
  Partial<Pick<RealServerRecord, 'properties'>>;
export type RealServerPatch = Partial<Omit<RealServerRecord, 'index' | 'virtualServiceIndex'>>;

const shape = new RecordShape<RealServerTable, RealServerRecord>({ flags: ['enabled'], json: ['properties'] });

/** Real servers; their indexes count from 1 within each virtual service. */
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
    const result = await this.#context.db
      .updateTable('real_server')
      .set(shape.changes(patch))
      .where('virtual_service_index', '=', virtualServiceIndex)
      .where('index', '=', index)
      .executeTakeFirst();
    found(result.numUpdatedRows > 0n ? true : undefined, 'real server', 'index', index);
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

/** To be called in a transaction: the new ones are numbered after the greatest index that is in use. */
export async function addRealServers(
  { db }: StoreContext,
  virtualServiceIndex: number,
  servers: readonly NewRealServer[],
): Promise<RealServerRecord[]> {
  if (servers.length === 0) return [];
  const { greatest } = await db
    .selectFrom('real_server')
    .select(eb => eb.fn.max('index').as('greatest'))
    .where('virtual_service_index', '=', virtualServiceIndex)
    .executeTakeFirstOrThrow();
  const records = servers.map((server, position) => ({
    properties: {},
    ...server,
    virtualServiceIndex,
    index: (greatest ?? 0) + 1 + position,
  }));
  await db
    .insertInto('real_server')
    .values(records.map(record => shape.row(record)))
    .execute();
  return records;
}

/** The real servers of several virtual services, by their indexes. */
export async function realServersOf(
  { db }: StoreContext,
  virtualServiceIndexes: readonly number[],
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
