import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import type { Handlers } from '../http/handlers.js';
import { changeLive } from './live-change.js';
import { showVirtualService } from './show-virtual-service.js';
import { partOf } from './sub-virtual-services.js';
import {
  describePlace,
  describeService,
  owningChangeable,
  redirectHasNoServers,
  subOf,
} from './virtual-service-facts.js';
import { oldValues, withoutUndefined } from './virtual-service-patch.js';

type Verb = 'addRealServer' | 'changeRealServer' | 'deleteRealServer';

/** The servers behind virtual services and sub virtual services. */
export function realServerHandlers(engine: Engine): Pick<Handlers['virtualService'], Verb> {
  const { store } = engine;

  return {
    async addRealServer({ params: { index }, body }, actor) {
      const service = await owningChangeable(store, index);
      if (service.type === 'redirect') throw redirectHasNoServers();
      await changeLive(engine, actor, {
        ...partOf(service),
        make: tx => tx.realServers.create(index, body),
        undo: (tx, server) => tx.realServers.delete(index, server.index),
        describe: server => `${describeService(service)}, with the new real server ${describePlace(server)},`,
      });
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async changeRealServer({ params: { index, realServer }, body }, actor) {
      const service = await owningChangeable(store, index);
      const patch = withoutUndefined(body);
      await changeLive(engine, actor, {
        ...partOf(service),
        make: async tx => {
          const owner = await tx.virtualServices.owning(index);
          const { realServers } = owner.index === index ? owner : subOf(owner, index);
          const before = realServers.find(candidate => candidate.index === realServer);
          if (!before) throw new DomainError('not-found', `There is no real server ${realServer} in ${index}.`);
          await tx.realServers.update(index, realServer, patch);
          return before;
        },
        undo: (tx, before) => tx.realServers.update(index, realServer, oldValues(before, patch)),
        describe: before => `${describeService(service)}, with other settings of real server ${describePlace(before)},`,
      });
      return showVirtualService(store, await store.virtualServices.owning(index));
    },

    async deleteRealServer({ params: { index, realServer } }, actor) {
      const service = await owningChangeable(store, index);
      await changeLive(engine, actor, {
        ...partOf(service),
        make: tx => tx.realServers.delete(index, realServer),
        undo: null,
        describe: () => `${describeService(service)}, without real server ${realServer},`,
      });
    },
  };
}
