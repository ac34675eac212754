import { isIP } from 'node:net';
import { z } from 'zod';
import { HaproxyError } from './errors.js';

/**
 * The load balancer as HAProxy is to run it: the only input of {@link renderConfiguration}.
 *
 * Every string that reaches the configuration is checked here against a positive list of characters, so that no value
 * can start a line, end a quotation or name a file. Rendering quotes on top of that.
 */

/** Everything printable in ASCII except the single quote, which ends HAProxy's strong quoting. */
const QUOTABLE = /^[ -&(-~]+$/;
const quotable = (what: string, max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(QUOTABLE, `${what}: printable ASCII characters, no line break and no single quote (in a regex: \\x27)`);

const index = z.int().min(1).max(2_000_000_000);
const port = z.int().min(1).max(65_535);
/** An IPv4 or IPv6 address without zone and without brackets. `0.0.0.0` and `::` are the wildcards. */
const address = z.string().refine(value => isIP(value) !== 0 && !value.includes('%'), {
  error: 'an IPv4 or IPv6 address',
  // What compares addresses below can't do so with anything else.
  abort: true,
});
/** For people only: it never reaches the configuration. */
const label = z.string().max(250).nullable().default(null);

/** How the real servers of a service are checked. An http check is up on a status of 200 to 399. */
export const healthCheckSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('tcp') }),
  z.strictObject({
    type: z.literal('http'),
    path: z
      .string()
      .max(2000)
      .regex(/^\/[!-&(-~]*$/, 'a path: starts with /, no spaces, no single quote')
      .default('/'),
    host: z
      .string()
      .max(253)
      .regex(/^[A-Za-z0-9.:[\]-]+$/, 'a host name or address')
      .optional(),
  }),
]);

/** A machine behind the load balancer. `index` is stable within its (sub) virtual service. */
export const realServerSchema = z.strictObject({
  index,
  address,
  port,
  /** Relative to its neighbours; 0 takes no new requests but keeps persistent clients. */
  weight: z.int().min(0).max(65_535).default(100),
  enabled: z.boolean().default(true),
});

/** Which requests a sub virtual service takes. */
export const contentRuleSchema = z.strictObject({
  match: z.enum(['path-prefix', 'path-suffix', 'path-regex', 'host']),
  pattern: quotable('a pattern', 1000),
  negate: z.boolean().default(false),
  ignoreCase: z.boolean().default(false),
});

/**
 * How requests are spread over the real servers. `round-robin` and `least-connection` treat all alike, the weighted
 * ones follow the weights, `source-hash` keeps a client address on one server as long as the set stays the same.
 */
export const schedulingSchema = z.enum([
  'round-robin',
  'weighted-round-robin',
  'least-connection',
  'weighted-least-connection',
  'source-hash',
]);

/** Keeps a client on the real server it got first; remembered over reloads. */
export const persistenceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('source'), timeoutSeconds: z.int().min(1).max(604_800).default(360) }),
]);

/** What a service and a sub virtual service have in common: real servers and how to use them. */
const pool = {
  healthCheck: healthCheckSchema.default({ type: 'tcp' }),
  scheduling: schedulingSchema.default('weighted-round-robin'),
  persistence: persistenceSchema.default({ type: 'none' }),
  realServers: z.array(realServerSchema).max(1000).default([]),
};

export const subVirtualServiceSchema = z.strictObject({
  /** From the same space as the indexes of virtual services. */
  index,
  name: label,
  enabled: z.boolean().default(true),
  /** It takes a request if any rule matches. None: it takes what no sibling with a rule took. */
  contentRules: z.array(contentRuleSchema).max(100).default([]),
  ...pool,
});

export const virtualServiceSchema = z.strictObject({
  /** Names the service in the configuration and in files; stable and never given to another one. */
  index,
  name: label,
  enabled: z.boolean().default(true),
  address,
  port,
  /** `redirect` sends everything but challenges to https on `redirectPort`. */
  type: z.enum(['http', 'https', 'redirect']),
  redirectPort: port.default(443),
  /** Asked in this order; the parent's own real servers take what is left. */
  subVirtualServices: z.array(subVirtualServiceSchema).max(1000).default([]),
  ...pool,
});

export const loadBalancerSchema = z
  .strictObject({ virtualServices: z.array(virtualServiceSchema).max(100_000).default([]) })
  .superRefine(({ virtualServices }, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: ['virtualServices', ...path], message });
    const indexes = new Set<number>();
    const listeners = new Map<string, number>();
    for (const [v, service] of virtualServices.entries()) {
      for (const [s, entry] of [service, ...service.subVirtualServices].entries()) {
        const path = s === 0 ? [v] : [v, 'subVirtualServices', s - 1];
        if (indexes.has(entry.index)) complain([...path, 'index'], `index ${entry.index} is used twice`);
        indexes.add(entry.index);
        const servers = new Set(entry.realServers.map(server => server.index));
        if (servers.size < entry.realServers.length) complain([...path, 'realServers'], 'an index is used twice');
      }
      if (!service.enabled) continue;
      const key = listenerAddress(service);
      const other = listeners.get(key);
      if (other !== undefined) complain([v], `virtual service ${other} already listens on ${key}`);
      listeners.set(key, service.index);
      if (service.type === 'redirect' && (service.realServers.length > 0 || service.subVirtualServices.length > 0))
        complain([v], 'a redirect service has no real servers and no sub virtual services');
    }
  });

export type HealthCheck = z.output<typeof healthCheckSchema>;
export type RealServer = z.output<typeof realServerSchema>;
export type ContentRule = z.output<typeof contentRuleSchema>;
export type Scheduling = z.output<typeof schedulingSchema>;
export type SubVirtualService = z.output<typeof subVirtualServiceSchema>;
export type VirtualService = z.output<typeof virtualServiceSchema>;
/** All virtual services of one load balancer, every default filled in. */
export type LoadBalancer = z.output<typeof loadBalancerSchema>;
/** The same with what has a default left out. */
export type LoadBalancerInput = z.input<typeof loadBalancerSchema>;

/** `192.0.2.1:443` or `[2001:db8::1]:443`, the address in one spelling so that equal ones compare equal. */
export function listenerAddress(service: { address: string; port: number }): string {
  if (isIP(service.address) === 4) return `${service.address}:${service.port}`;
  return `${new URL(`http://[${service.address}]`).hostname}:${service.port}`;
}

/**
 * Checks a load balancer and fills in its defaults.
 *
 * @throws {HaproxyError} `invalidModel`, naming every field at fault
 */
export function checkLoadBalancer(input: LoadBalancerInput): LoadBalancer {
  const result = loadBalancerSchema.safeParse(input);
  if (result.success) return result.data;
  const detail = result.error.issues.map(issue => `${issue.path.join('.') || 'load balancer'}: ${issue.message}`);
  throw new HaproxyError('invalidModel', `The virtual services can't be configured: ${detail.join('; ')}.`, {
    detail: detail.join('\n'),
  });
}
