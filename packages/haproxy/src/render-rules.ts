import type { ContentRule, SubVirtualService, VirtualService } from './model.js';
import { poolName } from './render-pool.js';

/** What a rule looks at, and how it compares. */
const TEST: Record<ContentRule['match'], { fetch: string; method: string; ignoreCase?: true }> = {
  'path-prefix': { fetch: 'path', method: 'beg' },
  'path-suffix': { fetch: 'path', method: 'end' },
  'path-regex': { fetch: 'path', method: 'reg' },
  // RFC 9110 §4.2.3: the host is case-insensitive.
  host: { fetch: 'req.hdr(host),host_only', method: 'str', ignoreCase: true },
};

/**
 * The lines that send a request to the first sub virtual service that takes it, else to the first one without rules,
 * else to the service's own real servers. With none of these HAProxy answers 503.
 *
 * The rules become named ACLs: in an anonymous one a pattern of `}` would end the condition.
 */
export function renderContentRules(service: VirtualService, subs: readonly SubVirtualService[]): string[] {
  const withRules = subs.filter(sub => sub.contentRules.length > 0);
  const fallback = subs.find(sub => sub.contentRules.length === 0) ?? (service.realServers.length > 0 ? service : null);
  return [
    ...withRules.flatMap(sub => sub.contentRules.map((rule, i) => acl(aclName(sub, i), rule))),
    ...withRules.map(sub => `  use_backend ${poolName(sub.index)} if ${condition(sub)}`),
    ...(fallback ? [`  default_backend ${poolName(fallback.index)}`] : []),
  ];
}

const aclName = (sub: SubVirtualService, i: number) => `sub${sub.index}.${i + 1}`;

function condition(sub: SubVirtualService): string {
  return sub.contentRules.map((rule, i) => `${rule.negate ? '!' : ''}${aclName(sub, i)}`).join(' || ');
}

function acl(name: string, rule: ContentRule): string {
  const { fetch, method, ignoreCase } = TEST[rule.match];
  const flags = ignoreCase || rule.ignoreCase ? '-i ' : '';
  // `--`: a pattern that starts with a dash is not a flag. Single quotes: nothing in it is expanded.
  return `  acl ${name} ${fetch} ${flags}-m ${method} -- '${rule.pattern}'`;
}
