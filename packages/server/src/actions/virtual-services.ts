import { isDeepStrictEqual } from 'node:util';
import type { VirtualServiceChange } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { tryFailing } from '../jobs/try-failing.js';
import type { Store } from '../store/index.js';
import type { SubVirtualServiceRecord, VirtualServicePatch, VirtualServiceRecord } from '../store/virtual-services.js';
import { addSolverAndTarget, deleteWithSolverAndTarget } from './own-solver-and-target.js';
import { showVirtualService, showVirtualServices } from './show-virtual-service.js';

/**
 * Virtual services, and what belongs to them. A change is stored, applied to HAProxy and, if HAProxy refuses it, taken
 * back, so that the store never promises what doesn't run.
 *
 * Each virtual service is at once a solver `vs-<index>`, and an HTTPS one also a target of that name, so that nothing
 * has to be made twice.
 */
export function virtualServiceHandlers(engine: Engine): Handlers['virtualService'] {
  const { store } = engine;

  return {
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
      const { loadBalancer: name, redirectPort, ...fields } = body;
      const loadBalancer = name ? await store.loadBalancers.byName(name) : await store.loadBalancers.findDefault();
      if (!loadBalancer) throw new DomainError('not-possible', 'There is no load balancer on this server.');
      if (fields.type === 'redirect' && fields.realServers.length > 0) throw redirectHasNoServers();
      const { index } = await change(engine, actor, loadBalancer.id, {
        action: 'created',
        make: async tx => {
          const service = await tx.virtualServices.create({
            ...fields,
            loadBalancerId: loadBalancer.id,
            properties: fields.type === 'redirect' ? { redirectPort } : {},
          });
          await addSolverAndTarget(tx, service);
          return service;
        },
        index: service => service.index,
        undo: deleteWithSolverAndTarget,
        describe,
      });
      return showVirtualService(store, await store.virtualServices.get(index));
    },

    async list({ query }) {
      const page = await store.virtualServices.list(query);
      return { items: await showVirtualServices(store, page.items), nextCursor: page.nextCursor };
    },

    async show({ params: { index } }) {
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async change({ params: { index }, body }, actor) {
      const before = await store.virtualServices.owning(index);
      const sub = before.index === index ? null : subOf(before, index);
      const patch = sub ? patchOfSub(sub, body) : patchOf(before, body);
      const old = oldValues(sub ?? before, patch);
      await change(engine, actor, before.loadBalancerId, {
        action: 'changed',
        index: () => before.index,
        make: async tx => {
          await tx.virtualServices.update(index, patch);
          return tx.virtualServices.owning(index);
        },
        undo: tx => tx.virtualServices.update(index, old),
        describe,
        repairs: !isDeepStrictEqual(patch, old),
      });
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async delete({ params: { index } }, actor) {
      const service = await store.virtualServices.get(index);
      await change(engine, actor, service.loadBalancerId, {
        action: 'deleted',
        index: () => service.index,
        make: async tx => {
          await deleteWithSolverAndTarget(tx, service);
          return service;
        },
        // Less to configure is never refused; were HAProxy out of reach, it is brought to the stored state later.
        undo: null,
        describe: () => describe(service),
      });
    },

    async addSub({ params: { index }, body }, actor) {
      const parent = await store.virtualServices.get(index);
      if (parent.type === 'redirect') throw redirectHasNoServers();
      await change(engine, actor, parent.loadBalancerId, {
        action: 'changed',
        index: () => parent.index,
        make: tx => tx.virtualServices.createSub(index, body),
        undo: (tx, sub) => tx.virtualServices.delete(sub.index),
        describe: sub => `${describe(parent)}, with the new sub virtual service ${sub.index},`,
      });
      return showVirtualService(store, await store.virtualServices.get(index));
    },

    async deleteSub({ params: { index, subIndex } }, actor) {
      const parent = await store.virtualServices.get(index);
      const sub = subOf(parent, subIndex);
      await change(engine, actor, parent.loadBalancerId, {
        action: 'changed',
        index: () => parent.index,
        make: tx => tx.virtualServices.delete(sub.index),
        undo: null,
        describe: () => `${describe(parent)}, without sub virtual service ${sub.index},`,
      });
    },

    async addRealServer({ params: { index }, body }, actor) {
      const service = await store.virtualServices.owning(index);
      if (service.type === 'redirect') throw redirectHasNoServers();
      await change(engine, actor, service.loadBalancerId, {
        action: 'changed',
        index: () => service.index,
        make: tx => tx.realServers.create(index, body),
        undo: (tx, server) => tx.realServers.delete(index, server.index),
        describe: server => `${describe(service)}, with the new real server ${server.address}:${server.port},`,
      });
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async changeRealServer({ params: { index, realServer }, body }, actor) {
      const service = await store.virtualServices.owning(index);
      const { realServers } = service.index === index ? service : subOf(service, index);
      const before = realServers.find(candidate => candidate.index === realServer);
      if (!before) throw new DomainError('not-found', `There is no real server ${realServer} in ${index}.`);
      const { weight, enabled } = before;
      await change(engine, actor, service.loadBalancerId, {
        action: 'changed',
        index: () => service.index,
        make: tx => tx.realServers.update(index, realServer, { weight, enabled, ...withoutUndefined(body) }),
        undo: tx => tx.realServers.update(index, realServer, { weight, enabled }),
        describe: () => `${describe(service)}, with other settings of real server ${before.address}:${before.port},`,
      });
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async deleteRealServer({ params: { index, realServer } }, actor) {
      const service = await store.virtualServices.owning(index);
      await change(engine, actor, service.loadBalancerId, {
        action: 'changed',
        index: () => service.index,
        make: tx => tx.realServers.delete(index, realServer),
        undo: null,
        describe: () => `${describe(service)}, without real server ${realServer},`,
      });
    },
  };
}

interface Change<T> {
  action: 'created' | 'changed' | 'deleted';
  /** Of the virtual service, for the event. */
  index(made: T): number;
  make(tx: Store): Promise<T>;
  /** Takes back what `make` did, when HAProxy refuses it; null where that can't be. */
  undo: ((tx: Store, made: T) => Promise<void>) | null;
  /** What was changed, for the event. */
  describe(made: T): string;
  /** Whether names that the service failed to prove may be proven by it now. */
  repairs?: boolean;
}

async function change<T>(
  engine: Engine,
  actor: Actor,
  loadBalancerId: string,
  { action, index, make, undo, describe, repairs = false }: Change<T>,
): Promise<T> {
  const { store, loadBalancers } = engine;
  const { made, event } = await store.transaction(async tx => {
    const made = await make(tx);
    const subject = `virtual-service:${index(made)}`;
    const event = { actor: describeActor(actor), action: `virtual-service.${action}`, subject };
    await tx.events.append({ ...event, outcome: 'intended', message: `${describe(made)} is to be ${action}.` });
    return { made, event };
  });
  try {
    await loadBalancers.apply(loadBalancerId);
  } catch (error) {
    await store.transaction(async tx => {
      await undo?.(tx, made);
      const message = error instanceof Error ? error.message : String(error);
      await tx.events.append({ ...event, outcome: 'failed', message: `${describe(made)}: ${message}` });
    });
    throw error;
  }
  await store.transaction(async tx => {
    const tried = repairs ? await tryFailing(tx, { virtualService: index(made) }) : '';
    const message = `${describe(made)} was ${action} and is live.${tried}`;
    await tx.events.append({ ...event, outcome: 'succeeded', message });
  });
  return made;
}

function redirectHasNoServers(): DomainError {
  return new DomainError('not-possible', 'A redirect service answers every request by itself: it takes no servers.');
}

function subOf(parent: VirtualServiceRecord, index: number): SubVirtualServiceRecord {
  const sub = parent.subVirtualServices.find(candidate => candidate.index === index);
  if (sub) return sub;
  throw new DomainError('not-found', `Virtual service ${parent.index} has no sub virtual service ${index}.`);
}

/** Throws `invalid-input` for fields that only other kinds of services have. */
function patchOf(service: VirtualServiceRecord, { redirectPort, ...body }: VirtualServiceChange): VirtualServicePatch {
  if (body.contentRule !== undefined) throw notIts('contentRule', service, 'sub virtual services have content rules');
  if (redirectPort === undefined) return withoutUndefined(body);
  if (service.type !== 'redirect') throw notIts('redirectPort', service, 'redirect services send requests to a port');
  return { ...withoutUndefined(body), properties: { ...service.properties, redirectPort } };
}

/** Throws `invalid-input` for what a sub virtual service shares with the virtual service that it is a part of. */
function patchOfSub(sub: SubVirtualServiceRecord, body: VirtualServiceChange): VirtualServicePatch {
  const { address, port, redirectPort, ...fields } = body;
  const taken = Object.entries({ address, port, redirectPort }).find(([, value]) => value !== undefined);
  if (taken)
    throw notIts(taken[0], sub, `virtual services have one, such as ${sub.parentIndex}, which it is a part of`);
  return withoutUndefined(fields);
}

function notIts(field: string, { index, type }: { index: number; type: string }, who: string): DomainError {
  const what = type === 'sub' ? 'Sub virtual service' : 'Virtual service';
  const message = `${what} ${index} has no ${field}: only ${who}.`;
  return new DomainError('invalid-input', message, { fields: [{ path: field, message }] });
}

type Given<T> = { [F in keyof T]?: Exclude<T[F], undefined> };

/** The fields that are given. */
function withoutUndefined<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** What the patched fields were before. */
function oldValues(before: object, patch: VirtualServicePatch): VirtualServicePatch {
  return Object.fromEntries(Object.entries(before).filter(([field]) => field in patch));
}

function describe({ index, name, type, address, port }: VirtualServiceRecord): string {
  return `Virtual service ${index}${name ? ` (${name})` : ''}, ${type} on ${address.includes(':') ? `[${address}]` : address}:${port}`;
}
