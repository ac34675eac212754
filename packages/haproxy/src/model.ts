import { isIP } from 'node:net';
import { z } from 'zod';
import { HaproxyError } from './errors.js';
import { contentRuleName, contentRuleSchema, DEFAULT_RULE } from './model-content-rule.js';
import { poolSettings } from './model-pool.js';
import { address, canonicalAddress, index, label, port } from './model-text.js';

/** The load balancer as HAProxy is to run it: the only input of {@link renderConfiguration}. */

export const subVirtualServiceSchema = z.strictObject({
  /** From the same space as the indexes of virtual services. */
  index,
  name: label,
  enabled: z.boolean().default(true),
  /**
   * Names of content rules: it takes a request if any of them matches. With {@link DEFAULT_RULE} among them, or with
   * none at all, it also takes what no sibling took; of several such ones the first that is up does.
   */
  contentRules: z.array(contentRuleName).max(1000).default([]),
  ...poolSettings,
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
  /** Of an https service: whether it offers HTTP/2 beside HTTP/1.1. */
  http2: z.boolean().default(true),
  /** Asked in this order; the parent's own real servers take what is left. */
  subVirtualServices: z.array(subVirtualServiceSchema).max(1000).default([]),
  ...poolSettings,
});

export const loadBalancerSchema = z
  .strictObject({
    /** To be named by sub virtual services, each by as many as like. */
    contentRules: z.array(contentRuleSchema).max(10_000).default([]),
    virtualServices: z.array(virtualServiceSchema).max(100_000).default([]),
  })
  .superRefine(({ contentRules, virtualServices }, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const rules = new Set([DEFAULT_RULE]);
    for (const [r, { name }] of contentRules.entries()) {
      if (rules.has(name) && name !== DEFAULT_RULE) complain(['contentRules', r, 'name'], `${name} is used twice`);
      rules.add(name);
    }
    const indexes = new Set<number>();
    const listeners = new Map<string, number>();
    for (const [v, service] of virtualServices.entries()) {
      const at = ['virtualServices', v];
      for (const [s, entry] of [service, ...service.subVirtualServices].entries()) {
        const path = s === 0 ? at : [...at, 'subVirtualServices', s - 1];
        if (indexes.has(entry.index)) complain([...path, 'index'], `index ${entry.index} is used twice`);
        indexes.add(entry.index);
        const servers = new Set(entry.realServers.map(server => server.index));
        if (servers.size < entry.realServers.length) complain([...path, 'realServers'], 'an index is used twice');
        if (!('contentRules' in entry)) continue;
        for (const name of entry.contentRules)
          if (!rules.has(name)) complain([...path, 'contentRules'], `there is no content rule ${name}`);
        if (new Set(entry.contentRules).size < entry.contentRules.length)
          complain([...path, 'contentRules'], 'a content rule is named twice');
      }
      if (!service.enabled) continue;
      const key = listenerAddress(service);
      const other = listeners.get(key);
      if (other !== undefined) complain(at, `virtual service ${other} already listens on ${key}`);
      listeners.set(key, service.index);
      if (service.type === 'redirect' && (service.realServers.length > 0 || service.subVirtualServices.length > 0))
        complain(at, 'a redirect service has no real servers and no sub virtual services');
    }
  });

export type SubVirtualService = z.output<typeof subVirtualServiceSchema>;
export type VirtualService = z.output<typeof virtualServiceSchema>;
/** All virtual services of one load balancer, every default filled in. */
export type LoadBalancer = z.output<typeof loadBalancerSchema>;
/** The same with what has a default left out. */
export type LoadBalancerInput = z.input<typeof loadBalancerSchema>;

/** `192.0.2.1:443` or `[2001:db8::1]:443`, the address in one spelling so that equal ones compare equal. */
export function listenerAddress(service: { address: string; port: number }): string {
  if (isIP(service.address) === 4) return `${service.address}:${service.port}`;
  return `[${canonicalAddress(service.address)}]:${service.port}`;
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
