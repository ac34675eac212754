import { isDeepStrictEqual } from 'node:util';
import type { VirtualServiceChange } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import type { Handlers } from '../http/handlers.js';
import type { Store } from '../store/index.js';
import type { VirtualServicePatch, VirtualServiceRecord } from '../store/virtual-services.js';
import { changeLive, checkService } from './live-change.js';
import { addSolverAndTarget, deleteWithSolverAndTarget, fitTarget } from './own-solver-and-target.js';
import { realServerHandlers } from './real-servers.js';
import { showVirtualService, showVirtualServices } from './show-virtual-service.js';
import { deleteSub, partOf, subVirtualServiceHandlers } from './sub-virtual-services.js';
import { refuseUnfitAnswer } from './unavailable-answer.js';
import { describeService, owningChangeable, redirectHasNoServers, subOf } from './virtual-service-facts.js';
import { oldValues, patchOf, patchOfSub } from './virtual-service-patch.js';
import { allStatistics, someStatistics } from './virtual-service-statistics.js';

/**
 * Virtual services, and what belongs to them.
 *
 * Each virtual service is at once a solver `vs-<index>`, and an HTTPS one also a target of that name, so that nothing
 * has to be made twice.
 */
export function virtualServiceHandlers(engine: Engine): Handlers['virtualService'] {
  const { store } = engine;

  return {
    ...subVirtualServiceHandlers(engine),
    ...realServerHandlers(engine),

    async loadBalancers({ query }) {
      const page = await store.loadBalancers.list(query);
      const items = page.items.map(async ({ id, name, isDefault, instances }) => ({
        id,
        name,
        isDefault,
        instances: await Promise.all(
          instances.map(async instance => ({
            id: instance.id,
            name: instance.name,
            type: instance.type,
            status: await engine.loadBalancers.status(instance),
          })),
        ),
      }));
      return { items: await Promise.all(items), nextCursor: page.nextCursor };
    },

    async create({ body }, actor) {
      const { loadBalancer: name, redirectPort, http2, ...fields } = body;
      const loadBalancer = name ? await store.loadBalancers.byName(name) : await store.loadBalancers.findDefault();
      if (!loadBalancer) throw new DomainError('not-possible', 'There is no load balancer on this server.');
      const isRedirect = fields.type === 'redirect';
      if (isRedirect && fields.realServers.length > 0) throw redirectHasNoServers();
      refuseUnfitAnswer(fields);
      const { index } = await changeLive(engine, actor, {
        noun: 'virtual-service',
        action: 'created',
        loadBalancerIds: [loadBalancer.id],
        make: async tx => {
          const service = await tx.virtualServices.create({
            ...fields,
            loadBalancerId: loadBalancer.id,
            redirectPort: isRedirect ? redirectPort : null,
            http2: fields.type === 'https' ? http2 : null,
          });
          await addSolverAndTarget(tx, service);
          return service;
        },
        subject: service => service.index,
        changed: service => service.index,
        undo: deleteWithSolverAndTarget,
        describe: describeService,
      });
      return showVirtualService(store, await store.virtualServices.get(index));
    },

    async list({ query }) {
      const page = await store.virtualServices.list(query);
      return { items: await showVirtualServices(store, page.items), nextCursor: page.nextCursor };
    },

    async statistics({ query: { index, indexes } }) {
      if (index !== undefined)
        return { items: await someStatistics(engine, [await store.virtualServices.owning(index)]) };
      if (indexes === undefined) return { items: await allStatistics(engine) };
      const wanted = indexes.split(',').map(Number);
      return { items: await someStatistics(engine, await store.virtualServices.ofIndexes(wanted)) };
    },

    async show({ params: { index } }) {
      const presenting = await store.challenges.presentingService(index);
      return showVirtualService(store, await store.virtualServices.owning(presenting ?? index));
    },

    async change({ params: { index }, body }, actor) {
      const owner = await owningChangeable(store, index);
      await changeLive(engine, actor, {
        ...partOf(owner),
        make: tx => changeStored(tx, index, body),
        undo: async (tx, { old }) => {
          await update(tx, owner, index, old);
        },
        describe: ({ service }) => describeService(service),
        repairs: ({ patch, old }) => !isDeepStrictEqual(patch, old),
      });
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async delete({ params: { index } }, actor) {
      const service = await owningChangeable(store, index);
      if (service.index !== index) return deleteSub(engine, actor, service, subOf(service, index));
      await changeLive(engine, actor, {
        noun: 'virtual-service',
        action: 'deleted',
        loadBalancerIds: [service.loadBalancerId],
        subject: () => service.index,
        changed: null,
        make: tx => deleteWithSolverAndTarget(tx, service),
        undo: null,
        describe: () => describeService(service),
      });
    },
  };
}

/**
 * Does in the store what a change of a (sub) virtual service does there, and throws what that throws before HAProxy is
 * asked: for a transaction that is taken back.
 */
export async function rehearseChange(tx: Store, index: number, body: VirtualServiceChange): Promise<void> {
  const { service } = await changeStored(tx, index, body);
  await checkService(tx, service.index);
}

async function changeStored(tx: Store, index: number, body: VirtualServiceChange) {
  const before = await owningChangeable(tx, index);
  const sub = before.index === index ? null : subOf(before, index);
  const patch = sub ? patchOfSub(sub, body) : patchOf(before, body);
  const old = oldValues(sub ?? before, patch);
  return { service: await update(tx, before, index, patch), patch, old };
}

/** Writes the fields of a (sub) virtual service, and gives or takes the target that its type has. */
async function update(
  tx: Store,
  { index: owner }: VirtualServiceRecord,
  index: number,
  patch: VirtualServicePatch,
): Promise<VirtualServiceRecord> {
  await tx.virtualServices.update(index, patch);
  const service = await tx.virtualServices.get(owner);
  if (patch.type !== undefined) await fitTarget(tx, service);
  return service;
}
