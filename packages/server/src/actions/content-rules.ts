import { type ContentRule, ContentRuleCreation } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import type { ContentRuleRecord } from '../store/content-rules.js';
import type { Store } from '../store/index.js';
import { changeLive } from './live-change.js';
import { oldValues, withoutUndefined } from './virtual-service-patch.js';

/** Content rules: which requests the sub virtual services that they are attached to take. */
export function contentRuleHandlers(engine: Engine): Handlers['contentRule'] {
  const { store } = engine;
  const show = async (rule: ContentRuleRecord) => (await showAll(store, [rule]))[0] as ContentRule;

  return {
    async create({ body }, actor) {
      return store.transaction(async tx => {
        const rule = await tx.contentRules.create(body);
        await record(tx, actor, rule, 'created', 'It takes no requests until it is attached.');
        return toContentRule(rule, []);
      });
    },

    async list({ query }) {
      const page = await store.contentRules.list(query);
      return { items: await showAll(store, page.items), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }) {
      return show(await store.contentRules.byName(name));
    },

    async change({ params: { name }, body }, actor) {
      const { id } = await store.contentRules.byName(name);
      const patch = withoutUndefined(body);
      const uses = (await store.contentRules.uses([id])).get(id) ?? [];
      await changeLive(engine, actor, {
        noun: 'content-rule',
        action: 'changed',
        loadBalancerIds: [...new Set(uses.map(({ loadBalancerId }) => loadBalancerId))],
        subject: () => name,
        changed: null,
        make: async tx => {
          const before = await tx.contentRules.byName(name);
          refuseMisfit({ ...before, ...patch });
          await tx.contentRules.update(id, patch);
          return before;
        },
        undo: (tx, before) => tx.contentRules.update(id, oldValues(before, patch)),
        describe: () => `Content rule ${name}`,
      });
      return show(await store.contentRules.byName(name));
    },

    async delete({ params: { name } }, actor) {
      await store.transaction(async tx => {
        const rule = await tx.contentRules.byName(name);
        await tx.contentRules.delete(rule);
        await record(tx, actor, rule, 'deleted');
      });
    },
  };
}

/** Throws `invalid-input` for fields that don't go together, which each may be allowed by itself. */
function refuseMisfit(rule: ContentRuleRecord): void {
  const { error } = ContentRuleCreation.safeParse(rule);
  if (!error) return;
  const fields = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const faults = fields.map(({ path, message }) => `${path}: ${message}`).join(' ');
  throw new DomainError('invalid-input', `Content rule ${rule.name} can't be changed so. ${faults}`, { fields });
}

/** What is attached nowhere is nothing to HAProxy: making and deleting it needs no more than the store. */
async function record(tx: Store, actor: Actor, { name }: ContentRuleRecord, verb: string, note = ''): Promise<void> {
  await tx.events.append({
    actor: describeActor(actor),
    action: `content-rule.${verb}`,
    subject: `content-rule:${name}`,
    outcome: 'succeeded',
    message: `Content rule ${name} was ${verb}.${note && ` ${note}`}`,
  });
}

/** One more query, however many there are. */
async function showAll(store: Store, rules: readonly ContentRuleRecord[]): Promise<ContentRule[]> {
  const uses = await store.contentRules.uses(rules.map(({ id }) => id));
  return rules.map(rule =>
    toContentRule(
      rule,
      (uses.get(rule.id) ?? []).map(({ index }) => index),
    ),
  );
}

function toContentRule({ id: _, createdAt, ...rule }: ContentRuleRecord, usedBy: number[]): ContentRule {
  return { ...rule, usedBy, createdAt: new Date(createdAt).toISOString() };
}
