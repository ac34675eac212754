import { z } from 'zod';
import { Timestamp } from './primitives.js';
import { Event } from './resources/event.js';
import type { Role } from './resources/user.js';

/** What is served beside the operations: for browsers, monitoring and generators of clients. All are GET. */
export interface Endpoint {
  /** From the server's root. */
  path: string;
  summary: string;
  /** The least role that may read it; `anyone` needs no sign-in. */
  role: Role | 'anyone';
}

export const endpoints = {
  stream: {
    path: '/api/v1/stream',
    summary: 'Events and progress as they happen (server-sent events)',
    role: 'viewer',
  },
  openapi: { path: '/api/v1/openapi.json', summary: 'This API as OpenAPI 3.1', role: 'anyone' },
  health: { path: '/healthz', summary: 'Whether the server works', role: 'anyone' },
  metrics: { path: '/metrics', summary: 'Metrics for Prometheus', role: 'viewer' },
} as const satisfies Record<string, Endpoint>;

/**
 * A header that pages send with what nobody has asked for, such as a read after an event: it is no use of the session,
 * which ends when it is not used. Its value says nothing.
 */
export const unattendedHeader = 'x-unattended';

/** How far a long action has come. Not kept: someone who joins later sees only what comes then. */
export const Progress = z
  .object({
    subject: z.string().describe('<noun>:<name>'),
    step: z
      .string()
      .describe('For machines: the step of docs/issuance-cycle.md, or of a deployment: installing, installed.'),
    target: z.string().optional().describe('Of a deployment: its target.'),
    message: z.string().describe('For people.'),
  })
  .meta({ id: 'Progress' });
export type Progress = z.infer<typeof Progress>;

/**
 * What the stream sends: the SSE field `event` is the key, `data` the JSON. Only `event` messages have an `id`, that of
 * the event: sent back as Last-Event-ID, the stream goes on after it. `alive` comes every 15 seconds, so that whoever
 * listens can tell a connection that has died from one with no news.
 */
export const streamMessages = { event: Event, progress: Progress, alive: z.object({ at: Timestamp }) } as const;

/** What /healthz answers, with 200 for `ok` and 503 for `failing`. */
export const Health = z
  .object({
    status: z.enum(['ok', 'failing']),
    store: z
      .enum(['ok', 'restoring', 'unreachable'])
      .describe('restoring: a backup is being restored, which everything else waits for. Not a failure.'),
    scheduler: z.object({
      status: z.enum(['ok', 'late', 'stopped']),
      lagSeconds: z.number().describe('How long the job that has waited longest has been due.'),
    }),
    haproxy: z
      .enum(['running', 'stopped', 'unused', 'unknown'])
      .describe('unused: no virtual service needs it on this machine. unknown: not looked at while restoring.'),
    paused: z.boolean().describe('Nothing is issued or deployed until someone resumes it. Not a failure.'),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;
