import type { LoadBalancer, SubVirtualService, VirtualService } from './model.js';
import { type ContentRule, DEFAULT_RULE } from './model-content-rule.js';
import { poolName } from './render-pool.js';

/** The content rules of a load balancer by name. */
export type ContentRules = ReadonlyMap<string, ContentRule>;

const METHOD: Record<ContentRule['match'], string> = { regex: 'reg', prefix: 'beg', suffix: 'end', equal: 'str' };

/** RFC 9110 §4.2.3: the host is case-insensitive, and a port is no part of it. */
const HOST = 'req.hdr(host),host_only,lower';

/** What rules with `includeHost` compare: it has to be put together once for each request. */
const ASSEMBLED = {
  path: { variable: 'req.host_path', format: `%[${HOST}]%[path]` },
  query: { variable: 'req.host_path_query', format: `%[${HOST}]%[pathq]` },
};

/** The content rules of a load balancer by name. */
export function contentRulesByName({ contentRules }: Pick<LoadBalancer, 'contentRules'>): ContentRules {
  return new Map(contentRules.map(rule => [rule.name, rule]));
}

/**
 * The lines that refuse what must fail, then send a request to the first sub virtual service that takes it, else to the
 * first one that takes what is left and is up, the service's own real servers last. With none of these HAProxy answers 503.
 *
 * The rules become named ACLs: in an anonymous one a pattern of `}` would end the condition. Each rule has a line of its
 * own: HAProxy takes no more than 64 words on one.
 */
export function renderContentRules(
  service: VirtualService,
  subs: readonly SubVirtualService[],
  contentRules: ContentRules,
): string[] {
  const rulesOf = (sub: SubVirtualService) => sub.contentRules.flatMap(name => contentRules.get(name) ?? []);
  const used = [...new Set(subs.flatMap(rulesOf))];
  const others = [...subs.filter(takesTheRest), ...(service.realServers.length > 0 ? [service] : [])];
  const [fallback] = others;
  return [
    ...Object.values(ASSEMBLED)
      .filter(({ variable }) => used.some(rule => compared(rule) === `var(${variable})`))
      .map(({ variable, format }) => `  http-request set-var-fmt(${variable}) '${format}'`),
    ...used.map(acl),
    ...used.filter(rule => rule.mustFail).map(rule => `  http-request reject if ${condition(rule)}`),
    ...subs.flatMap(sub =>
      rulesOf(sub)
        .filter(rule => !rule.mustFail)
        .map(rule => `  use_backend ${poolName(sub.index)} if ${condition(rule)}`),
    ),
    ...(others.length > 1 ? others.map(ifUp) : []),
    ...(fallback ? [`  default_backend ${poolName(fallback.index)}`] : []),
  ];
}

function takesTheRest({ contentRules }: SubVirtualService): boolean {
  return contentRules.length === 0 || contentRules.includes(DEFAULT_RULE);
}

function ifUp({ index, minimumServers }: Pick<SubVirtualService, 'index' | 'minimumServers'>): string {
  return `  use_backend ${poolName(index)} if { nbsrv(${poolName(index)}) ge ${minimumServers} }`;
}

function acl(rule: ContentRule): string {
  const flags = rule.ignoreCase || rule.field === 'host' ? '-i ' : '';
  // `--`: a pattern that starts with a dash is not a flag. Single quotes: nothing in it is expanded.
  return `  acl ${aclName(rule)} ${compared(rule)} ${flags}-m ${METHOD[rule.match]} -- '${rule.pattern}'`;
}

function condition(rule: ContentRule): string {
  return `${rule.negate ? '!' : ''}${aclName(rule)}`;
}

/** An ACL's name may have a colon but no @; a rule's the other way round. */
function aclName({ name }: ContentRule): string {
  return `rule.${name.replaceAll('@', ':')}`;
}

function compared({ field, header, includeHost, includeQuery }: ContentRule): string {
  switch (field) {
    case 'url':
      if (includeHost) return `var(${ASSEMBLED[includeQuery ? 'query' : 'path'].variable})`;
      return includeQuery ? 'pathq' : 'path';
    case 'host':
      return HOST;
    case 'header':
      return `req.fhdr(${header})`;
  }
}
