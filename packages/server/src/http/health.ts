import { endpoints, type Health } from '@certfleet/contract';
import type { FastifyInstance } from 'fastify';
import { type Duration, minutes, seconds } from '../domain/time.js';

/** What /healthz looks at. */
export interface HealthSources {
  /** Reads something from the store; rejects when it can't be reached. */
  readStore(): Promise<unknown>;
  /** How long the job that has waited longest has been due; null: the scheduler is stopped. */
  schedulerLag(): Promise<Duration | null>;
  haproxy(): Promise<Health['haproxy']>;
  /** Whether a restore is under way that all of these wait for. */
  restoring(): boolean;
  paused(): Promise<boolean>;
}

/** Work that is due waits for its turn; more than this means that the scheduler does not keep up or hangs. */
const longestLag: Duration = minutes(5);

/** Monitoring gives up after some seconds itself: a check that takes longer counts as failed. */
const patience: Duration = seconds(3);

/**
 * Registers /healthz: 200 when everything works, else 503 with what does not. It needs no sign-in, so it tells states
 * and nothing that would help an intruder.
 */
export function registerHealth(app: FastifyInstance, sources: HealthSources): void {
  app.get(endpoints.health.path, async (request, reply) => {
    reply.type('application/json; charset=utf-8');
    // Who takes this for a failure ends the server in the middle of it, again and again.
    if (sources.restoring()) return await reply.send(JSON.stringify(whileRestoring));
    const [store, lag, haproxy, paused] = await Promise.allSettled([
      within(patience, sources.readStore()),
      within(patience, sources.schedulerLag()),
      within(patience, sources.haproxy()),
      within(patience, sources.paused()),
    ]);
    for (const check of [store, lag, haproxy, paused]) {
      if (check.status === 'rejected') request.log.warn({ err: check.reason }, 'A health check failed');
    }
    const health = judge({
      store: store.status === 'fulfilled' ? 'ok' : 'unreachable',
      scheduler: schedulerState(lag.status === 'fulfilled' ? lag.value : null),
      haproxy: haproxy.status === 'fulfilled' ? haproxy.value : 'stopped',
      // It can't be read only when the store can't, and that is told.
      paused: paused.status === 'fulfilled' && paused.value,
    });
    reply.code(health.status === 'ok' ? 200 : 503);
    return await reply.send(JSON.stringify(health));
  });
}

/** Nothing is issued or deployed while everything waits, nor after it: a restore pauses. */
const whileRestoring: Health = {
  status: 'ok',
  store: 'restoring',
  scheduler: { status: 'ok', lagSeconds: 0 },
  haproxy: 'unknown',
  paused: true,
};

function schedulerState(lag: Duration | null): Health['scheduler'] {
  if (lag === null) return { status: 'stopped', lagSeconds: 0 };
  return { status: lag > longestLag ? 'late' : 'ok', lagSeconds: Math.max(0, lag) / 1000 };
}

function judge(checks: Omit<Health, 'status'>): Health {
  const ok = checks.store === 'ok' && checks.scheduler.status === 'ok' && checks.haproxy !== 'stopped';
  return { status: ok ? 'ok' : 'failing', ...checks };
}

async function within<T>(time: Duration, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${time} ms.`)), time);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
