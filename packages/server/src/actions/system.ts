import type { System } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import { describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { pause, pauseOf, resume } from '../pause.js';
import { version } from '../version.js';

/** The installation as a whole. */
export function systemHandlers({ store, clock }: Pick<Engine, 'store' | 'clock'>): Handlers['system'] {
  const show = async (): Promise<System> => ({ version, paused: await pauseOf(store) });
  return {
    show,

    async pause({ body: { reason } }, actor) {
      await store.transaction(tx => pause(tx, { by: describeActor(actor), reason }, clock.now()));
      return show();
    },

    async resume(_, actor) {
      await store.transaction(tx => resume(tx, describeActor(actor), clock.now()));
      return show();
    },
  };
}
