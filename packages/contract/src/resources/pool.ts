import { z } from 'zod';
import { IpAddress, Line, Port } from '../primitives.js';

/** How requests are spread over the real servers. */
export const Scheduling = z
  .enum([
    'round-robin',
    'weighted-round-robin',
    'least-connection',
    'weighted-least-connection',
    'source-hash',
    'url-hash',
    'fixed-weight',
  ])
  .meta({
    id: 'Scheduling',
    description: 'How requests are spread over the real servers; fixed-weight: the heaviest that is up takes all.',
  });
export type Scheduling = z.infer<typeof Scheduling>;

const timeoutSeconds = z.int().min(1).max(604_800).describe('How long a client that is silent is remembered.');
const cookieName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, "A cookie's name: letters, digits and _ . -; at most 100.");

/** Keeps a client on the real server that it got first. */
export const Persistence = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('none') }),
    z.object({ type: z.literal('source'), timeoutSeconds: timeoutSeconds.default(360) }),
    z.object({
      type: z.literal('cookie').describe('A cookie that the load balancer sets.'),
      name: cookieName,
      timeoutSeconds: timeoutSeconds.nullable().default(null).describe('Null: until the browser ends.'),
    }),
    z.object({
      type: z.literal('server-cookie').describe('A cookie that the application sets.'),
      name: cookieName,
      timeoutSeconds: timeoutSeconds.default(360),
    }),
  ])
  .meta({ id: 'Persistence' });
export type Persistence = z.infer<typeof Persistence>;

const checkedPort = Port.nullable().default(null).describe("Null: the real server's own.");
const request = {
  port: checkedPort,
  path: Line.regex(/^\/[!-&(-~]*$/, 'A path: starts with /, no spaces, no single quote.').default('/'),
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9.:[\]-]+$/, 'A host name or address.')
    .nullable()
    .default(null)
    .describe('The Host header. Null: HTTP/1.0 without one.'),
  method: z.enum(['GET', 'HEAD']).default('GET'),
  statuses: z
    .array(z.int().min(200).max(599))
    .max(100)
    .default([])
    .describe('What counts as up besides 200 to 299. Empty: 300 to 399.'),
};

/** How a real server's health is checked. */
export const HealthCheck = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('none') }),
    z.object({ type: z.literal('tcp'), port: checkedPort }),
    z.object({ type: z.literal('http'), ...request }),
    z.object({ type: z.literal('https'), ...request }),
  ])
  .meta({ id: 'HealthCheck' });
export type HealthCheck = z.infer<typeof HealthCheck>;

/** The statuses that HAProxy redirects with. */
export const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];
/** RFC 9110 §15.3.5, §15.3.6, §15.4.5. */
const withoutContent: readonly number[] = [204, 205, 304];

/** What is answered when no real server can take a request. */
export const Unavailable = z
  .object({
    status: z.int().min(200).max(599).default(503),
    redirectUrl: z
      .string()
      .max(2000)
      .regex(/^(https?:\/\/|\/)[!-&(-~]*$/, 'A URL of http or https, or a path; no spaces, no single quote.')
      .nullable()
      .default(null)
      .describe('Sent as Location, with status 301, 302, 303, 307 or 308.'),
    page: z
      .string()
      .regex(/^[\P{Cc}\t\r\n]*$/u, 'No control characters but tabs and line breaks.')
      .refine(page => new TextEncoder().encode(page).length <= 20_000, 'At most 20,000 bytes in UTF-8.')
      .nullable()
      .default(null)
      .describe('HTML, or plain text if it does not start with <.'),
  })
  .refine(({ status, redirectUrl }) => redirectUrl === null || redirectStatuses.includes(status), {
    path: ['redirectUrl'],
    error: `Only with status ${redirectStatuses.join(', ')}.`,
  })
  .refine(({ status, page }) => page === null || !withoutContent.includes(status), {
    path: ['page'],
    error: 'An answer with this status has no content.',
  })
  .meta({ id: 'Unavailable' });
export type Unavailable = z.infer<typeof Unavailable>;

/** What a virtual service and a sub virtual service have in common: how their real servers are used. */
export const poolSettings = {
  scheduling: Scheduling,
  persistence: Persistence,
  healthCheck: HealthCheck,
  minimumServers: z.int().min(1).max(1000).describe('With fewer real servers up it counts as down.'),
  unavailable: Unavailable.nullable().describe(
    "What is answered when no real server can. Null: of a sub virtual service, what its virtual service answers; of that, HAProxy's 503. Of a redirect service: the status that it redirects with, if not 301.",
  ),
};

/** The same with what is taken where nothing is given. */
export const newPoolSettings = {
  scheduling: Scheduling.default('weighted-round-robin'),
  persistence: Persistence.default({ type: 'none' }),
  healthCheck: HealthCheck.default({ type: 'tcp', port: null }),
  minimumServers: poolSettings.minimumServers.default(1),
  unavailable: poolSettings.unavailable.default(null),
};

const realServer = {
  address: IpAddress,
  port: Port,
  weight: z.int().min(0).max(65_535).describe('Its share of the requests, beside the weights of the others; 0: none.'),
  enabled: z.boolean(),
  connectionLimit: z.int().min(0).max(1_000_000).describe('The most connections at once; 0: as many as come.'),
};

export const RealServer = z
  .object({ index: z.int().describe('Stable within its (sub) virtual service.'), ...realServer })
  .meta({ id: 'RealServer' });
export type RealServer = z.infer<typeof RealServer>;

export const RealServerCreation = z
  .object({
    ...realServer,
    weight: realServer.weight.default(100),
    enabled: realServer.enabled.default(true),
    connectionLimit: realServer.connectionLimit.default(0),
  })
  .meta({ id: 'RealServerCreation' });
export type RealServerCreation = z.infer<typeof RealServerCreation>;

export const RealServerChange = z.object(realServer).partial().meta({ id: 'RealServerChange' });
export type RealServerChange = z.infer<typeof RealServerChange>;
