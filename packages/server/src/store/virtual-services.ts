import type { ContentRule, VirtualService } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { StoreContext } from './context.js';
import { ConstraintViolation } from './failures.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { addRealServers, type NewRealServer, type RealServerRecord, realServersOf } from './real-servers.js';
import { type RecordOf, RecordShape } from './records.js';
import type { VirtualServiceTable } from './schema.js';

/** What an API accepts and keeps for its clients, by name. */
export type Properties = Record<string, unknown>;
type HealthCheck = VirtualService['healthCheck'];
type Json = { content_rule: ContentRule | null; health_check: HealthCheck; properties: Properties };
type Columns = RecordOf<VirtualServiceTable, Json>;

/** One part of the traffic of a virtual service: its own real servers, taken by its content rule. */
export interface SubVirtualServiceRecord extends Columns {
  type: 'sub';
  parentIndex: number;
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

export interface NewVirtualService {
  loadBalancerId: string;
  name: string | null;
  address: string;
  port: number;
  type: VirtualServiceRecord['type'];
  enabled: boolean;
  healthCheck: HealthCheck;
  properties?: Properties | undefined;
  realServers?: readonly NewRealServer[] | undefined;
}

export interface NewSubVirtualService {
  name: string | null;
  enabled: boolean;
  contentRule: ContentRule | null;
  healthCheck: HealthCheck;
  properties?: Properties | undefined;
  realServers?: readonly NewRealServer[] | undefined;
}

/** Of a virtual service or a sub virtual service; the latter has no address or port. */
export type VirtualServicePatch = Partial<
  Pick<Columns, 'name' | 'address' | 'port' | 'enabled' | 'healthCheck' | 'contentRule' | 'position' | 'properties'>
>;

const shape = new RecordShape<VirtualServiceTable, Columns>({
  flags: ['enabled'],
  json: ['content_rule', 'health_check', 'properties'],
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
        contentRule: null,
        parentIndex: null,
        position: 0,
      });
      await addRealServers(context, index, realServers);
      return services.get(index);
    });
  }

  /** Adds a part after the ones that the virtual service has. Throws `not-found`. */
  createSub(
    parentIndex: number,
    { realServers = [], properties = {}, ...fields }: NewSubVirtualService,
  ): Promise<SubVirtualServiceRecord> {
    return this.#context.atomically(async context => {
      const services = new VirtualServices(context);
      const parent = await services.get(parentIndex);
      const position = Math.max(-1, ...parent.subVirtualServices.map(sub => sub.position)) + 1;
      const index = await services.#insert({
        ...fields,
        ...{ properties, parentIndex, position, type: 'sub', address: null, port: null },
        loadBalancerId: parent.loadBalancerId,
      });
      await addRealServers(context, index, realServers);
      const sub = (await services.get(parentIndex)).subVirtualServices.find(candidate => candidate.index === index);
      return found(sub, 'sub virtual service', 'index', index);
    });
  }

  async find(index: number): Promise<VirtualServiceRecord | undefined> {
    const rows = await this.#select().where('virtual_service.index', '=', index).execute();
    return (await this.#assemble(rows))[0];
  }

  /** Throws `not-found`, also for the index of a sub virtual service. */
  async get(index: number): Promise<VirtualServiceRecord> {
    return found(await this.find(index), 'virtual service', 'index', index);
  }

  /** By index. */
  async list(request: PageRequest & { loadBalancerId?: string | undefined } = {}): Promise<Page<VirtualServiceRecord>> {
    let query = this.#select();
    if (request.loadBalancerId !== undefined) query = query.where('load_balancer_id', '=', request.loadBalancerId);
    const sort = { key: 'virtual_service.index', id: 'virtual_service.index' } as const;
    const page = await fetchPage(query, request, sort, row => [row.index, row.index]);
    return { ...page, items: await this.#assemble(page.items) };
  }

  /** All of a load balancer: what its HAProxy is to be configured with. */
  async ofLoadBalancer(loadBalancerId: string): Promise<VirtualServiceRecord[]> {
    const query = this.#select().where('load_balancer_id', '=', loadBalancerId);
    return this.#assemble(await query.orderBy('virtual_service.index').execute());
  }

  /** The virtual service that this index belongs to: itself, or the parent of a sub virtual service. Throws `not-found`. */
  async owning(index: number): Promise<VirtualServiceRecord> {
    const row = await this.#context.db
      .selectFrom('virtual_service')
      .select(['index', 'parent_index'])
      .where('index', '=', index)
      .executeTakeFirst();
    const { parent_index } = found(row, 'virtual service', 'index', index);
    return this.get(parent_index ?? index);
  }

  /** Changes a virtual service or a sub virtual service. Throws `already-exists` for an address and port in use. */
  async update(index: number, patch: VirtualServicePatch): Promise<void> {
    const changes = shape.changes(patch);
    if (Object.keys(changes).length === 0) return;
    await this.#context.db
      .updateTable('virtual_service')
      .set(changes)
      .where('index', '=', index)
      .execute()
      .catch(socketIsTaken(patch));
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
      .values(row)
      .returning('index')
      .executeTakeFirstOrThrow()
      .catch(socketIsTaken(fields));
    return inserted.index;
  }

  /** Two more queries, however many virtual services there are. */
  async #assemble(
    rows: readonly (Parameters<typeof shape.record>[0] & { load_balancer: string })[],
  ): Promise<VirtualServiceRecord[]> {
    if (rows.length === 0) return [];
    const indexes = rows.map(row => row.index);
    const subRows = await this.#context.db
      .selectFrom('virtual_service')
      .selectAll()
      .where('parent_index', 'in', indexes)
      .orderBy('parent_index')
      .orderBy('position')
      .execute();
    const realServers = await realServersOf(this.#context, [...indexes, ...subRows.map(row => row.index)]);
    const subs = subRows.map(row => ({ ...shape.record(row), realServers: realServers.get(row.index) ?? [] }));
    return rows.map(
      row =>
        ({
          ...shape.record(row),
          realServers: realServers.get(row.index) ?? [],
          subVirtualServices: subs.filter(sub => sub.parentIndex === row.index),
        }) as VirtualServiceRecord,
    );
  }
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
