import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { endpoints } from '@certfleet/contract';
import type { FastifyInstance } from 'fastify';
import { pathOf } from './access.js';
import { describeActor } from './actor.js';

/** Asked every few seconds by machines: of interest only to those who look for them. */
const quiet: readonly string[] = [endpoints.health.path, endpoints.metrics.path];

/** The request's own id if it is one that a log line can hold, so that a proxy's log and ours can be matched. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
}

/**
 * Logs one line for each request when its reply is sent: who, what, which outcome. No headers, no query string and no
 * body, because those are where secrets travel.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const level = quiet.includes(request.routeOptions.url ?? '') ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
        address: request.ip,
        actor: request.identity ? describeActor(request.identity.actor) : null,
      },
      'request',
    );
  });
}
