import { endpoints } from '@certfleet/contract';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Duration, seconds } from '../domain/time.js';
import { remembered } from '../remembered.js';
import type { AccessControl } from './access.js';

/** What is counted at each scrape. Keys become labels, so there must be few: states and kinds, never names. */
export interface MetricSources {
  certificatesByStatus(): Promise<Readonly<Record<string, number>>>;
  assignmentsByStatus(): Promise<Readonly<Record<string, number>>>;
  jobsByState(): Promise<Readonly<Record<string, number>>>;
  channelsByState(): Promise<Readonly<Record<string, number>>>;
  /** How many notices have been written down and not yet been told. */
  noticesWaiting(): Promise<number>;
  /** As in the health check; null: the scheduler is stopped. */
  schedulerLag(): Promise<Duration | null>;
  paused(): Promise<boolean>;
}

/**
 * How old a count of all certificates or assignments may be. It looks at every one of them, 0.3 s for 100,000
 * certificates on SQLite, and nothing else happens meanwhile; several collectors at short intervals must not add that
 * up.
 */
const countLife = seconds(15);

/**
 * Registers /metrics and times every request. Labels are bounded: the route's template and not the path, the method,
 * the class of the status.
 */
export function registerMetrics(
  app: FastifyInstance,
  sources: MetricSources,
  access: AccessControl,
  { isPublic }: { isPublic: boolean },
): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const requests = new Histogram({
    name: 'certfleet_http_request_duration_seconds',
    help: 'Time from a request to the end of its reply.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  app.addHook('onResponse', async (request, reply) => {
    // A live stream lasts as long as someone looks at it, which says nothing about the server.
    if (request.routeOptions.url === endpoints.stream.path) return;
    const route = request.routeOptions.url ?? '(none)';
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    requests.observe({ route, method: request.method, status }, reply.elapsedTime / 1000);
  });

  const certificatesByStatus = remembered(countLife, sources.certificatesByStatus);
  new Gauge({
    name: 'certfleet_certificates',
    help: `Certificates by status, at most ${countLife / 1000} seconds ago.`,
    labelNames: ['status'],
    registers,
    async collect() {
      const counts = await certificatesByStatus();
      this.reset();
      for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
    },
  });
  const assignmentsByStatus = remembered(countLife, sources.assignmentsByStatus);
  new Gauge({
    name: 'certfleet_assignments',
    help: `Assignments of certificates to targets, by the status of the latest deployment, at most ${countLife / 1000} seconds ago.`,
    labelNames: ['status'],
    registers,
    async collect() {
      const counts = await assignmentsByStatus();
      this.reset();
      for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
    },
  });
  new Gauge({
    name: 'certfleet_jobs',
    help: 'Jobs by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      const counts = await sources.jobsByState();
      this.reset();
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'certfleet_channels',
    help: 'Channels of notices by state. A failing one can tell nobody that it is.',
    labelNames: ['state'],
    registers,
    async collect() {
      const counts = await sources.channelsByState();
      this.reset();
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'certfleet_notices_waiting',
    help: 'Notices that channels have not told yet.',
    registers,
    async collect() {
      this.set(await sources.noticesWaiting());
    },
  });
  new Gauge({
    name: 'certfleet_scheduler_lag_seconds',
    help: 'How long the job that has waited longest has been due; NaN while the scheduler is stopped.',
    registers,
    async collect() {
      const lag = await sources.schedulerLag();
      this.set(lag === null ? Number.NaN : lag / 1000);
    },
  });

  new Gauge({
    name: 'certfleet_paused',
    help: '1 while nothing is issued or deployed until someone resumes it, else 0.',
    registers,
    async collect() {
      this.set((await sources.paused()) ? 1 : 0);
    },
  });

  const role = isPublic ? 'anyone' : endpoints.metrics.role;
  app.get(endpoints.metrics.path, { onRequest: access.require(role) }, async (_request, reply) => {
    return await reply.type(registry.contentType).send(await registry.metrics());
  });
}
