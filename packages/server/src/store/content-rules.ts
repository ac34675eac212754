import { defaultRule } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { StoreContext } from './context.js';
import { isInUse, nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import type { Page } from './pages.js';
import type { VirtualServiceIndexes } from './real-servers.js';
import { type Patch, type RecordOf, RecordShape } from './records.js';
import type { ContentRuleTable } from './schema/index.js';
import { fetchByName, type SearchRequest } from './search.js';

/** Which requests a sub virtual service takes. */
export type ContentRuleRecord = RecordOf<ContentRuleTable>;
export type NewContentRule = Omit<ContentRuleRecord, 'id' | 'createdAt'>;
export type ContentRulePatch = Patch<ContentRuleRecord, 'name'>;

const shape = new RecordShape<ContentRuleTable, ContentRuleRecord>({
  flags: ['include_host', 'include_query', 'negate', 'ignore_case', 'must_fail'],
});

/** Content rules, and what they are attached to. The rule `default` is no row: see {@link setRulesOf}. */
export class ContentRules {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  async create(fields: NewContentRule): Promise<ContentRuleRecord> {
    const record: ContentRuleRecord = { id: newId(), ...fields, createdAt: this.#context.now() };
    await this.#context.db
      .insertInto('content_rule')
      .values(shape.row(record))
      .execute()
      .catch(nameIsTaken('content rule', record.name));
    return record;
  }

  async findByName(name: string): Promise<ContentRuleRecord | undefined> {
    const query = this.#context.db.selectFrom('content_rule').selectAll().where('name', '=', name);
    const row = await query.executeTakeFirst();
    return row && shape.record(row);
  }

  /** Throws `not-found`. */
  async byName(name: string): Promise<ContentRuleRecord> {
    return found(await this.findByName(name), 'content rule', 'name', name);
  }

  /** Those of these names that there are. */
  async byNames(names: readonly string[]): Promise<ContentRuleRecord[]> {
    if (names.length === 0) return [];
    const rows = await this.#context.db.selectFrom('content_rule').selectAll().where('name', 'in', names).execute();
    return rows.map(row => shape.record(row));
  }

  async list(request: SearchRequest = {}): Promise<Page<ContentRuleRecord>> {
    const query = this.#context.db.selectFrom('content_rule').selectAll();
    const page = await fetchByName(query, request, 'content_rule');
    return { ...page, items: page.items.map(row => shape.record(row)) };
  }

  /** Those that a load balancer's sub virtual services have: what its HAProxy is to be configured with. */
  async ofLoadBalancer(loadBalancerId: string): Promise<ContentRuleRecord[]> {
    const attached = this.#context.db
      .selectFrom('attached_rule')
      .innerJoin('virtual_service', 'virtual_service.index', 'attached_rule.virtual_service_index')
      .select('attached_rule.content_rule_id')
      .where('virtual_service.load_balancer_id', '=', loadBalancerId);
    const query = this.#context.db.selectFrom('content_rule').selectAll().where('id', 'in', attached);
    return (await query.orderBy('name').execute()).map(row => shape.record(row));
  }

  /** The sub virtual services that each of these rules is attached to, with their load balancers, by the rules' ids. */
  async uses(ids: readonly string[]): Promise<Map<string, { index: number; loadBalancerId: string }[]>> {
    const uses = new Map(ids.map(id => [id, [] as { index: number; loadBalancerId: string }[]]));
    if (ids.length === 0) return uses;
    const rows = await this.#context.db
      .selectFrom('attached_rule')
      .innerJoin('virtual_service', 'virtual_service.index', 'attached_rule.virtual_service_index')
      .select(['content_rule_id as id', 'virtual_service.index', 'load_balancer_id as loadBalancerId'])
      .where('content_rule_id', 'in', ids)
      .orderBy('virtual_service.index')
      .execute();
    for (const { id, ...use } of rows) uses.get(id ?? '')?.push(use);
    return uses;
  }

  async update(id: string, patch: ContentRulePatch): Promise<void> {
    const changes = shape.changes(patch);
    if (Object.keys(changes).length === 0) return;
    await this.#context.db.updateTable('content_rule').set(changes).where('id', '=', id).execute();
  }

  /** Throws `in-use` while a sub virtual service has it. */
  async delete({ id, name }: ContentRuleRecord): Promise<void> {
    await this.#context.db
      .deleteFrom('content_rule')
      .where('id', '=', id)
      .execute()
      .catch(isInUse(`Content rule "${name}"`, 'a sub virtual service'));
  }
}

/**
 * To be called in a transaction: attaches these rules, in this order, in place of those that were. Throws `not-found`.
 */
export async function setRulesOf(context: StoreContext, subIndex: number, names: readonly string[]): Promise<void> {
  const { db } = context;
  await db.deleteFrom('attached_rule').where('virtual_service_index', '=', subIndex).execute();
  if (names.length === 0) return;
  const rows = await db.selectFrom('content_rule').select(['id', 'name']).where('name', 'in', names).execute();
  const ids = new Map<string, string | null>([...rows.map(({ id, name }) => [name, id] as const), [defaultRule, null]]);
  const missing = names.find(name => !ids.has(name));
  if (missing !== undefined) throw new DomainError('not-found', `There is no content rule named "${missing}".`);
  const attached = names.map((name, position) => ({
    virtual_service_index: subIndex,
    position,
    content_rule_id: ids.get(name) ?? null,
  }));
  await db.insertInto('attached_rule').values(attached).execute();
}

/** The names of the rules of several sub virtual services, in order, by their indexes. */
export async function rulesOf({ db }: StoreContext, subIndexes: VirtualServiceIndexes): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom('attached_rule')
    .leftJoin('content_rule', 'content_rule.id', 'attached_rule.content_rule_id')
    .select(['virtual_service_index', 'content_rule.name'])
    .where('virtual_service_index', 'in', subIndexes)
    .orderBy('virtual_service_index')
    .orderBy('position')
    .execute();
  const bySub = new Map<number, string[]>();
  for (const { virtual_service_index: index, name } of rows) {
    const names = bySub.get(index);
    if (names) names.push(name ?? defaultRule);
    else bySub.set(index, [name ?? defaultRule]);
  }
  return bySub;
}
