import type { System } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import { describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { pause, pauseOf, resume } from '../pause.js';
import { version } from '../version.js';
import { overviewOf } from './overview.js';

/** The installation as a whole. */
export function systemHandlers(engine: Engine): Handlers['system'] {
  const { store, clock } = engine;
  const show = async (): Promise<System> => ({ version, paused: await pauseOf(store) });
  return {
    show,
    overview: overviewOf(engine),

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
