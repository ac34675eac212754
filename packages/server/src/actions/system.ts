import type { Pause, Running, System } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import { describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { pause, pauseOf, resume } from '../pause.js';
import type { RunningRecord } from '../store/running.js';
import { version } from '../version.js';
import { overviewOf } from './overview.js';
import { whyPaused } from './show-renewal.js';
import { versionsOf } from './versions.js';

/** The installation as a whole. */
export function systemHandlers(engine: Engine): Handlers['system'] {
  const { store, clock } = engine;
  const show = async (): Promise<System> => ({
    version,
    versions: await versionsOf(engine),
    paused: await pauseOf(store),
  });
  return {
    show,
    overview: overviewOf(engine),

    async running({ query }) {
      const paused = await pauseOf(store);
      const page = await store.overviews.running(query);
      return { items: page.items.map(item => toRunning(item, paused)), nextCursor: page.nextCursor };
    },

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

function toRunning(record: RunningRecord, paused: Pause | null): Running {
  const { startedAt, stepSince, waitsUntil, reason, step } = record;
  return {
    ...record,
    step: step as Running['step'],
    startedAt: new Date(startedAt).toISOString(),
    stepSince: new Date(stepSince).toISOString(),
    waitsUntil: waitsUntil === null ? null : new Date(waitsUntil).toISOString(),
    reason: paused ? whyPaused(paused) : reason,
  };
}
