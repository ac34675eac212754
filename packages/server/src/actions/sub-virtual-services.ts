import { defaultRule, mostContentRules } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import type { Actor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import type { Store } from '../store/index.js';
import type { SubVirtualServiceRecord, VirtualServiceRecord } from '../store/virtual-services.js';
import { changeLive } from './live-change.js';
import { showVirtualService } from './show-virtual-service.js';
import { refuseUnfitAnswer } from './unavailable-answer.js';
import { describeService, owningChangeable, redirectHasNoServers, subOf } from './virtual-service-facts.js';

type Verb = 'addSub' | 'deleteSub' | 'convert' | 'attachRule' | 'detachRule';

/** The parts of virtual services, and the content rules that say what each of them takes. */
export function subVirtualServiceHandlers(engine: Engine): Pick<Handlers['virtualService'], Verb> {
  const { store } = engine;

  return {
    async addSub({ params: { index }, body }, actor) {
      const parent = await store.virtualServices.get(index);
      if (parent.type === 'redirect') throw redirectHasNoServers();
      refuseUnfitAnswer({ type: 'sub', unavailable: body.unavailable });
      await changeLive(engine, actor, {
        ...partOf(parent),
        make: tx => tx.virtualServices.createSub(index, body),
        undo: (tx, sub) => tx.virtualServices.delete(sub.index),
        describe: sub => `${describeService(parent)}, with the new sub virtual service ${sub.index},`,
      });
      return showVirtualService(store, await store.virtualServices.get(index));
    },

    async deleteSub({ params: { index, subIndex } }, actor) {
      const parent = await store.virtualServices.get(index);
      await deleteSub(engine, actor, parent, subOf(parent, subIndex));
    },

    async convert({ params: { index }, body: { name } }, actor) {
      const parent = await store.virtualServices.get(index);
      await changeLive(engine, actor, {
        ...partOf(parent),
        make: async tx => {
          const { realServers, ...settings } = await tx.virtualServices.get(index);
          if (realServers.length === 0) {
            const message = `Virtual service ${index} has no real servers of its own that could move.`;
            throw new DomainError('not-possible', message);
          }
          const { scheduling, persistence, healthCheck, minimumServers } = settings;
          const sub = await tx.virtualServices.createSub(index, {
            ...{ name, enabled: true, contentRules: [defaultRule] },
            ...{ scheduling, persistence, healthCheck, minimumServers },
            // What the virtual service answers when there is no server stays its own.
            unavailable: null,
          });
          await tx.realServers.moveAll(index, sub.index);
          return sub;
        },
        undo: async (tx, sub) => {
          await tx.realServers.moveAll(sub.index, index);
          await tx.virtualServices.delete(sub.index);
        },
        describe: sub => `${describeService(parent)}, whose real servers are in sub virtual service ${sub.index} now,`,
      });
      return showVirtualService(store, await store.virtualServices.get(index));
    },

    async attachRule({ params: { index }, body: { rule, position } }, actor) {
      const parent = await owningSub(store, index);
      await changeRules(engine, actor, parent, index, `with content rule ${rule}`, rules => {
        if (rules.includes(rule))
          throw new DomainError('already-exists', `Sub virtual service ${index} has content rule ${rule} already.`);
        if (rules.length >= mostContentRules)
          throw new DomainError(
            'not-possible',
            `Sub virtual service ${index} has ${mostContentRules} content rules, and can have no more.`,
          );
        return rules.toSpliced(position === undefined ? rules.length : position - 1, 0, rule);
      });
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async detachRule({ params: { index, rule } }, actor) {
      const parent = await owningSub(store, index);
      await changeRules(engine, actor, parent, index, `without content rule ${rule}`, rules => {
        if (!rules.includes(rule))
          throw new DomainError('not-found', `Sub virtual service ${index} has no content rule ${rule}.`);
        return rules.filter(name => name !== rule);
      });
    },
  };
}

/** Deletes one part of a virtual service. */
export async function deleteSub(
  engine: Engine,
  actor: Actor,
  parent: VirtualServiceRecord,
  sub: SubVirtualServiceRecord,
): Promise<void> {
  await changeLive(engine, actor, {
    ...partOf(parent),
    make: tx => tx.virtualServices.delete(sub.index),
    undo: null,
    describe: () => `${describeService(parent)}, without sub virtual service ${sub.index},`,
  });
}

/** What every change of a part of a virtual service has in common: the event is the virtual service's. */
export function partOf(service: VirtualServiceRecord) {
  const { index, loadBalancerId } = service;
  return {
    noun: 'virtual-service',
    action: 'changed',
    loadBalancerIds: [loadBalancerId],
    subject: () => index,
    changed: () => index,
  } as const;
}

/** The virtual service that a sub virtual service is a part of. Throws `not-possible` for a virtual service's index. */
async function owningSub(store: Store, index: number): Promise<VirtualServiceRecord> {
  const parent = await owningChangeable(store, index);
  if (parent.index !== index) return parent;
  const message = `Virtual service ${index} takes all that its sub virtual services don't: only these have content rules.`;
  throw new DomainError('not-possible', message);
}

/** Changes the list of rules as it is in the transaction: what others attach meanwhile is not lost. */
async function changeRules(
  engine: Engine,
  actor: Actor,
  parent: VirtualServiceRecord,
  index: number,
  what: string,
  change: (rules: string[]) => string[],
): Promise<void> {
  await changeLive(engine, actor, {
    ...partOf(parent),
    make: async tx => {
      const { contentRules } = subOf(await tx.virtualServices.owning(index), index);
      await tx.virtualServices.update(index, { contentRules: change(contentRules) });
      return contentRules;
    },
    undo: (tx, contentRules) => tx.virtualServices.update(index, { contentRules }),
    describe: () => `${describeService(parent)}, with sub virtual service ${index} ${what},`,
  });
}
