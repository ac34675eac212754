import type { ServicePlace, VirtualService } from '@certfleet/contract';
import type { Selectable } from 'kysely';
import { DomainError } from '../domain/errors.js';
import { rulesOf, setRulesOf } from './content-rules.js';
import type { StoreContext } from './context.js';
import { ConstraintViolation } from './failures.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import {
  addRealServers,
  type NewRealServer,
  type RealServerRecord,
  realServersOf,
  type VirtualServiceIndexes,
} from './real-servers.js';
import { type RecordOf, RecordShape } from './records.js';
import type { VirtualServiceTable } from './schema/index.js';
import { serviceHas } from './search.js';

type Row = Selectable<VirtualServiceTable> & { load_balancer: string };

/** What an API accepts and keeps for its clients, by name. */
export type Properties = Record<string, unknown>;
/** How real servers are used. */
export type PoolSettings = Pick<
  VirtualService,
  'scheduling' | 'persistence' | 'healthCheck' | 'minimumServers' | 'unavailable'
>;
type Json = {
  persistence: VirtualService['persistence'];
  health_check: VirtualService['healthCheck'];
  unavailable: VirtualService['unavailable'];
  properties: Properties;
};
type Columns = RecordOf<VirtualServiceTable, Json, 'last_real_server'>;

/** One part of the traffic of a virtual service: its own real servers, for what its content rules take. */
export interface SubVirtualServiceRecord extends Columns {
  type: 'sub';
  parentIndex: number;
  /** The names of its content rules, in order. */
  contentRules: string[];
  realServers: RealServerRecord[];
}

/** What listens on one address and port of a load balancer, with its real servers and its parts. */
export interface VirtualServiceRecord extends Columns {
  type: 'http' | 'https' | 'redirect';
  address: string;
  port: number;
  parentIndex: null;
  /** Its load balancer's name. */
  loadBalancer: string;
  realServers: RealServerRecord[];
  /** In the order in which their rules are tried. */
  subVirtualServices: SubVirtualServiceRecord[];
}

export interface NewVirtualService extends PoolSettings {
  loadBalancerId: string;
  name: string | null;
  address: string;
  port: number;
  type: VirtualServiceRecord['type'];
  enabled: boolean;
  redirectPort: number | null;
  http2: boolean | null;
  properties?: Properties | undefined;
  realServers?: readonly NewRealServer[] | undefined;
}

export interface NewSubVirtualService extends PoolSettings {
  name: string | null;
  enabled: boolean;
  contentRules: readonly string[];
  properties?: Properties | undefined;
  realServers?: readonly NewRealServer[] | undefined;
}

/** Of a virtual service or a sub virtual service; only the latter has content rules, and it has no address or port. */
export type VirtualServicePatch = Partial<
  Pick<
    Columns,
    | ('name' | 'address' | 'port' | 'type' | 'enabled' | 'redirectPort' | 'http2' | 'position' | 'properties')
    | keyof PoolSettings
  > & { contentRules: readonly string[] }
>;

/** Which virtual services a list has; left out: all. */
export interface VirtualServiceFilter {
  loadBalancerId?: string | undefined;
  /** In names and addresses, with ports; or an index. */
  search?: string | undefined;
  name?: string | undefined;
  address?: string | undefined;
  port?: number | undefined;
  type?: VirtualServiceRecord['type'] | undefined;
}

const shape = new RecordShape<VirtualServiceTable, Columns>({
  flags: ['enabled', 'http2'],
  json: ['persistence', 'health_check', 'unavailable', 'properties'],
  hidden: ['last_real_server'],
});

/** Virtual services with everything that belongs to them. Indexes are given by the database and never given twice. */
export class VirtualServices {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists` when the load balancer has one on that address and port. */
  create({ realServers = [], properties = {}, ...fields }: NewVirtualService): Promise<VirtualServiceRecord> {
    return this.#context.atomically(async context => {
      const services = new VirtualServices(context);
      const index = await services.#insert({
        ...fields,
        properties,
        parentIndex: null,
        position: 0,
      });
      await addRealServers(context, index, realServers);
      return services.get(index);
    });
  }

  /** Adds a part after the ones that the virtual service has. Throws `not-found`, also for a content rule. */
  createSub(
    parentIndex: number,
    { realServers = [], properties = {}, contentRules, ...fields }: NewSubVirtualService,
  ): Promise<SubVirtualServiceRecord> {
    return this.#context.atomically(async context => {
      const services = new VirtualServices(context);
      const parent = await services.get(parentIndex);
      const position = Math.max(-1, ...parent.subVirtualServices.map(sub => sub.position)) + 1;
      const index = await services.#insert({
        ...fields,
        ...{
          properties,
          parentIndex,
          position,
          type: 'sub',
          address: null,
          port: null,
          redirectPort: null,
          http2: null,
        },
        loadBalancerId: parent.loadBalancerId,
      });
      await setRulesOf(context, index, contentRules);
      await addRealServers(context, index, realServers);
      const sub = (await services.get(parentIndex)).subVirtualServices.find(candidate => candidate.index === index);
      return found(sub, 'sub virtual service', 'index', index);
    });
  }

  async find(index: number): Promise<VirtualServiceRecord | undefined> {
    const rows = await this.#select().where('virtual_service.index', '=', index).execute();
    return (await this.#withParts(rows))[0];
  }

  /** Throws `not-found`, also for the index of a sub virtual service. */
  async get(index: number): Promise<VirtualServiceRecord> {
    return found(await this.find(index), 'virtual service', 'index', index);
  }

  /** By index. */
  async list({
    loadBalancerId,
    search,
    name,
    address,
    port,
    type,
    ...request
  }: PageRequest & VirtualServiceFilter = {}): Promise<Page<VirtualServiceRecord>> {
    let query = this.#select();
    if (loadBalancerId !== undefined) query = query.where('load_balancer_id', '=', loadBalancerId);
    if (search)
      query = query.where(eb => eb.or([serviceHas(search), eb('virtual_service.index', '=', indexIn(search))]));
    if (name !== undefined) query = query.where('virtual_service.name', '=', name);
    if (address !== undefined) query = query.where('address', '=', address);
    if (port !== undefined) query = query.where('port', '=', port);
    if (type !== undefined) query = query.where('type', '=', type);
    const sort = { key: 'virtual_service.index', id: 'virtual_service.index' } as const;
    const page = await fetchPage(query, request, sort, row => [row.index, row.index]);
    return { ...page, items: await this.#withParts(page.items) };
  }

  /** Those that there are of these indexes, at least one, by index. */
  async ofIndexes(indexes: readonly number[]): Promise<VirtualServiceRecord[]> {
    const query = this.#select().where('virtual_service.index', 'in', indexes);
    return this.#withParts(await query.orderBy('virtual_service.index').execute());
  }

  /** Which ones these are, by their indexes; those that there are, without sub virtual services. */
  async places(indexes: readonly number[]): Promise<Map<number, ServicePlace>> {
    if (indexes.length === 0) return new Map();
    const rows = await this.#context.db
      .selectFrom('virtual_service')
      .select(['index', 'name', 'address', 'port', 'enabled'])
      .where('index', 'in', [...new Set(indexes)])
      .execute();
    return new Map(
      rows.flatMap(({ index, name, address, port, enabled }) =>
        address === null || port === null
          ? []
          : [[index, { index, name, address, port, enabled: enabled === 1 }] as const],
      ),
    );
  }

  /** Those of these, by their indexes, that are disabled. */
  async disabled(indexes: readonly number[]): Promise<Set<number>> {
    const services = [...(await this.places(indexes)).values()];
    return new Set(services.flatMap(({ index, enabled }) => (enabled ? [] : [index])));
  }

  /** All of a load balancer: what its HAProxy is to be configured with. */
  async ofLoadBalancer(loadBalancerId: string): Promise<VirtualServiceRecord[]> {
    const query = this.#select().where('load_balancer_id', '=', loadBalancerId);
    const rows = await query.orderBy('virtual_service.index').execute();
    return this.#assemble(rows, this.#indexes().where('load_balancer_id', '=', loadBalancerId));
  }

  /**
   * The virtual service that this index belongs to: itself, or the parent of a sub virtual service. Throws `not-found`.
   */
  async owning(index: number): Promise<VirtualServiceRecord> {
    const row = await this.#context.db
      .selectFrom('virtual_service')
      .select(['index', 'parent_index'])
      .where('index', '=', index)
      .executeTakeFirst();
    const { parent_index } = found(row, 'virtual service', 'index', index);
    return this.get(parent_index ?? index);
  }

  /**
   * Changes a virtual service or a sub virtual service. Throws `already-exists` for an address and port in use, and
   * `not-found` for a content rule.
   */
  update(index: number, { contentRules, ...patch }: VirtualServicePatch): Promise<void> {
    return this.#context.atomically(async context => {
      const changes = shape.changes(patch);
      if (Object.keys(changes).length > 0) {
        await context.db
          .updateTable('virtual_service')
          .set(changes)
          .where('index', '=', index)
          .execute()
          .catch(socketIsTaken(patch));
      }
      if (contentRules) await setRulesOf(context, index, contentRules);
    });
  }

  /** Deletes a virtual service or sub virtual service with everything that belongs to it. */
  async delete(index: number): Promise<void> {
    await this.#context.db.deleteFrom('virtual_service').where('index', '=', index).execute();
  }

  #select() {
    return this.#context.db
      .selectFrom('virtual_service')
      .innerJoin('load_balancer', 'load_balancer.id', 'virtual_service.load_balancer_id')
      .selectAll('virtual_service')
      .select('load_balancer.name as load_balancer')
      .where('parent_index', 'is', null);
  }

  async #insert(fields: Omit<Columns, 'index' | 'createdAt'>): Promise<number> {
    const row = shape.row({ ...fields, createdAt: this.#context.now() } as Columns);
    const inserted = await this.#context.db
      .insertInto('virtual_service')
      .values({ ...row, last_real_server: 0 })
      .returning('index')
      .executeTakeFirstOrThrow()
      .catch(socketIsTaken(fields));
    return inserted.index;
  }

  /** Of virtual services that were read with these indexes. */
  #withParts(rows: readonly Row[]): Promise<VirtualServiceRecord[]> {
    const indexes = rows.map(row => row.index);
    return this.#assemble(
      rows,
      this.#indexes().where(eb => eb.or([eb('index', 'in', indexes), eb('parent_index', 'in', indexes)])),
    );
  }

  #indexes() {
    return this.#context.db.selectFrom('virtual_service').select('virtual_service.index');
  }

  /**
   * Three more queries, however many virtual services there are.
   * @param all finds the indexes of `rows` and of their sub virtual services
   */
  async #assemble(rows: readonly Row[], all: VirtualServiceIndexes): Promise<VirtualServiceRecord[]> {
    if (rows.length === 0) return [];
    const subRows = await this.#context.db
      .selectFrom('virtual_service')
      .selectAll()
      .where('index', 'in', all)
      .where('parent_index', 'is not', null)
      .orderBy('parent_index')
      .orderBy('position')
      .execute();
    const realServers = await realServersOf(this.#context, all);
    const contentRules = await rulesOf(this.#context, all);
    const withServers = <R extends { index: number }>(record: R) => ({
      ...record,
      realServers: realServers.get(record.index) ?? [],
    });
    const services = new Map(
      rows.map(row => [
        row.index,
        { ...withServers(shape.record(row)), subVirtualServices: [] } as unknown as VirtualServiceRecord,
      ]),
    );
    for (const row of subRows) {
      const sub = { ...withServers(shape.record(row)), contentRules: contentRules.get(row.index) ?? [] };
      services.get(row.parent_index ?? 0)?.subVirtualServices.push(sub as SubVirtualServiceRecord);
    }
    return [...services.values()];
  }
}

/** The index that a text is; else one that nothing has. */
function indexIn(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

function socketIsTaken({ address, port }: VirtualServicePatch): (error: unknown) => never {
  return error => {
    if (!(error instanceof ConstraintViolation) || error.kind !== 'unique') throw error;
    throw new DomainError(
      'already-exists',
      `The load balancer has a virtual service on ${address ?? 'the same address'}, ${port ? `port ${port}` : 'the same port'}, already.`,
      { cause: error },
    );
  };
}
