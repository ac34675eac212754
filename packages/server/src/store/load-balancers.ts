import type { StoreContext } from './context.js';
import { isInUse, nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { InstanceTable, LoadBalancerTable } from './schema/index.js';

/** One machine that runs HAProxy. */
export type InstanceRecord = RecordOf<InstanceTable>;
/** A named group of instances with the same virtual services. */
export interface LoadBalancerRecord extends RecordOf<LoadBalancerTable> {
  instances: InstanceRecord[];
}

const shape = new RecordShape<LoadBalancerTable, RecordOf<LoadBalancerTable>>({ flags: ['is_default'] });
const instanceShape = new RecordShape<InstanceTable, InstanceRecord>();

/** Load balancers with their instances. */
export class LoadBalancers {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  create(fields: {
    name: string;
    isDefault: boolean;
    instances: readonly Pick<InstanceRecord, 'name' | 'type'>[];
  }): Promise<LoadBalancerRecord> {
    return this.#context.atomically(async ({ db, now }) => {
      const { name, isDefault } = fields;
      const record = { id: newId(), name, isDefault, createdAt: now() };
      await db
        .insertInto('load_balancer')
        .values(shape.row(record))
        .execute()
        .catch(nameIsTaken('load balancer', name));
      const instances = fields.instances.map(instance => ({
        id: newId(),
        loadBalancerId: record.id,
        name: instance.name,
        type: instance.type,
        createdAt: now(),
      }));
      if (instances.length > 0) {
        await db
          .insertInto('instance')
          .values(instances.map(instance => instanceShape.row(instance)))
          .execute();
      }
      return { ...record, instances };
    });
  }

  async find(id: string): Promise<LoadBalancerRecord | undefined> {
    return this.#one('id', id);
  }

  /** Throws `not-found`, as do {@link byName} and {@link default}. */
  async get(id: string): Promise<LoadBalancerRecord> {
    return found(await this.find(id), 'load balancer', 'id', id);
  }

  async findByName(name: string): Promise<LoadBalancerRecord | undefined> {
    return this.#one('name', name);
  }

  async byName(name: string): Promise<LoadBalancerRecord> {
    return found(await this.findByName(name), 'load balancer', 'name', name);
  }

  /** The default one, which has this machine as its only instance; undefined before the first start made it. */
  async findDefault(): Promise<LoadBalancerRecord | undefined> {
    return this.#one('is_default', 1);
  }

  async list(request: PageRequest = {}): Promise<Page<LoadBalancerRecord>> {
    const query = this.#context.db.selectFrom('load_balancer').selectAll();
    const page = await fetchPage(query, request, { key: 'name', id: 'id' }, row => [row.name, row.id]);
    return { ...page, items: await this.#withInstances(page.items.map(row => shape.record(row))) };
  }

  /** All of them: there are few. */
  async all(): Promise<LoadBalancerRecord[]> {
    const rows = await this.#context.db.selectFrom('load_balancer').selectAll().orderBy('name').execute();
    return this.#withInstances(rows.map(row => shape.record(row)));
  }

  /** The instances that have a virtual service, by its index: none when there is no such virtual service. */
  async instancesOf(virtualServiceIndex: number): Promise<InstanceRecord[]> {
    const rows = await this.#context.db
      .selectFrom('instance')
      .innerJoin('virtual_service', 'virtual_service.load_balancer_id', 'instance.load_balancer_id')
      .selectAll('instance')
      .where('virtual_service.index', '=', virtualServiceIndex)
      .execute();
    return rows.map(row => instanceShape.record(row));
  }

  /** Throws `in-use` while it has virtual services. */
  async delete(id: string): Promise<void> {
    const { name } = await this.get(id);
    await this.#context.db
      .deleteFrom('load_balancer')
      .where('id', '=', id)
      .execute()
      .catch(isInUse(`Load balancer "${name}"`, 'a virtual service'));
  }

  async #one(column: 'id' | 'name' | 'is_default', value: string | number): Promise<LoadBalancerRecord | undefined> {
    const row = await this.#context.db
      .selectFrom('load_balancer')
      .selectAll()
      .where(column, '=', value as never)
      .executeTakeFirst();
    if (!row) return undefined;
    const [record] = await this.#withInstances([shape.record(row)]);
    return record;
  }

  async #withInstances(records: readonly RecordOf<LoadBalancerTable>[]): Promise<LoadBalancerRecord[]> {
    if (records.length === 0) return [];
    const rows = await this.#context.db
      .selectFrom('instance')
      .selectAll()
      .where(
        'load_balancer_id',
        'in',
        records.map(record => record.id),
      )
      .orderBy('name')
      .execute();
    const instances = rows.map(row => instanceShape.record(row));
    return records.map(record => ({
      ...record,
      instances: instances.filter(instance => instance.loadBalancerId === record.id),
    }));
  }
}
