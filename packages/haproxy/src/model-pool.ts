import { z } from 'zod';
import { cookieName, host, index, machineAddress, path, port, quotable, seconds } from './model-text.js';

/** Bytes of a page in UTF-8. HAProxy keeps it, with its headers, in one of its buffers. */
const MAX_PAGE = 20_000;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** RFC 9110 §15.3.5, §15.3.6, §15.4.5: they have no content. */
const WITHOUT_CONTENT = new Set([204, 205, 304]);

/** Null: the port that the real server serves on. */
const checkPort = port.nullable().default(null);
const webCheck = {
  port: checkPort,
  path: path.default('/'),
  /** Sent as Host, and of a name as SNI too. Null: HTTP/1.0 without Host. */
  host: host.nullable().default(null),
  method: z.enum(['GET', 'HEAD']).default('GET'),
  /** Count as up besides 200 to 399. */
  statuses: z.array(z.int().min(200).max(599)).max(100).default([]),
};

/**
 * How the real servers of a service are checked. Certificates that real servers show to an https check are not
 * verified: it tells whether they answer, not who they are.
 */
export const healthCheckSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('tcp'), port: checkPort }),
  z.strictObject({ type: z.literal('http'), ...webCheck }),
  z.strictObject({ type: z.literal('https'), ...webCheck }),
]);

/** A machine behind the load balancer. `index` is stable within its (sub) virtual service. */
export const realServerSchema = z.strictObject({
  index,
  address: machineAddress,
  port,
  /** Relative to its neighbours; 0 takes no new requests but keeps persistent clients. */
  weight: z.int().min(0).max(65_535).default(100),
  enabled: z.boolean().default(true),
  /** Connections at a time; what comes beyond goes to another one or waits up to 30 s. 0: no limit. */
  connectionLimit: z.int().min(0).max(1_000_000).default(0),
});

/**
 * How requests are spread over the real servers. `round-robin` and `least-connection` treat all alike, the weighted
 * ones follow the weights. `source-hash` keeps a client address, `url-hash` a path (without query), on one server as
 * long as the set stays the same. With `fixed-weight` the heaviest server that is up takes everything; of equally heavy
 * ones the first.
 */
export const schedulingSchema = z.enum([
  'round-robin',
  'weighted-round-robin',
  'least-connection',
  'weighted-least-connection',
  'source-hash',
  'url-hash',
  'fixed-weight',
]);

/**
 * Keeps a client on the real server it got first, over reloads too: by its address; by a cookie that the load balancer
 * sets (`timeoutSeconds` null: as long as the browser keeps it); or by a cookie that the application sets.
 */
export const persistenceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('source'), timeoutSeconds: seconds.default(360) }),
  z.strictObject({ type: z.literal('cookie'), name: cookieName, timeoutSeconds: seconds.nullable().default(null) }),
  z.strictObject({ type: z.literal('server-cookie'), name: cookieName, timeoutSeconds: seconds.default(360) }),
]);

/** What is answered when no real server can take a request. */
export const unavailableSchema = z
  .strictObject({
    status: z.int().min(200).max(599).default(503),
    /** Sent as Location, with a status that redirects. */
    redirectUrl: quotable('a URL', 2000)
      .regex(/^(https?:\/\/|\/)[!-~]*$/, 'a URL: starts with http://, https:// or /, no spaces')
      .nullable()
      .default(null),
    /** HTML, or plain text if it doesn't start with `<`. Null: nothing. */
    page: z
      .string()
      .regex(/^[\P{Cc}\t\r\n]*$/u, 'a page: no control characters except tabs and line breaks')
      .refine(value => Buffer.byteLength(value) <= MAX_PAGE, `a page: at most ${MAX_PAGE} bytes in UTF-8`)
      .nullable()
      .default(null),
  })
  .superRefine(({ status, redirectUrl, page }, context) => {
    const complain = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (redirectUrl !== null && !REDIRECTS.has(status))
      complain('redirectUrl', `only with a status that redirects: ${[...REDIRECTS].join(', ')}`);
    if (page && WITHOUT_CONTENT.has(status)) complain('page', `an answer with status ${status} has no page`);
  });

/** What a virtual service and a sub virtual service have in common: real servers and how to use them. */
export const poolSettings = {
  healthCheck: healthCheckSchema.default({ type: 'tcp', port: null }),
  scheduling: schedulingSchema.default('weighted-round-robin'),
  persistence: persistenceSchema.default({ type: 'none' }),
  /** With fewer real servers that take new requests it counts as down, and those that are left get none. */
  minimumServers: z.int().min(1).max(1000).default(1),
  /** Null: of a sub virtual service, what its virtual service answers; of a virtual service, HAProxy's 503. */
  unavailable: unavailableSchema.nullable().default(null),
  realServers: z.array(realServerSchema).max(1000).default([]),
};

export type HealthCheck = z.output<typeof healthCheckSchema>;
export type RealServer = z.output<typeof realServerSchema>;
export type Scheduling = z.output<typeof schedulingSchema>;
export type Persistence = z.output<typeof persistenceSchema>;
export type Unavailable = z.output<typeof unavailableSchema>;
