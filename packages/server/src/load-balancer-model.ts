import type { LoadBalancerInput } from '@certfleet/haproxy';
import type { ContentRuleRecord } from './store/content-rules.js';
import type { RealServerRecord } from './store/real-servers.js';
import type { PoolSettings, SubVirtualServiceRecord, VirtualServiceRecord } from './store/virtual-services.js';

type ServiceInput = NonNullable<LoadBalancerInput['virtualServices']>[number];
type SubInput = NonNullable<ServiceInput['subVirtualServices']>[number];
type RuleInput = NonNullable<LoadBalancerInput['contentRules']>[number];

/** What is stored of virtual services and of the content rules that they have, as HAProxy is to run it. */
export function toModel(
  services: readonly VirtualServiceRecord[],
  rules: readonly ContentRuleRecord[],
): LoadBalancerInput {
  return { contentRules: rules.map(toRule), virtualServices: services.map(toService) };
}

function toService(service: VirtualServiceRecord): ServiceInput {
  const { index, name, enabled, address, port, type, redirectPort, http2 } = service;
  return {
    ...{ index, name, enabled, address, port, type },
    ...(redirectPort === null ? {} : { redirectPort }),
    ...(http2 === null ? {} : { http2 }),
    ...toPool(service),
    subVirtualServices: service.subVirtualServices.map(toSub),
  };
}

function toSub(sub: SubVirtualServiceRecord): SubInput {
  const { index, name, enabled, contentRules } = sub;
  return { index, name, enabled, contentRules, ...toPool(sub) };
}

function toPool(pool: PoolSettings & { realServers: readonly RealServerRecord[] }) {
  const { scheduling, persistence, healthCheck, minimumServers, unavailable, realServers } = pool;
  return { scheduling, persistence, healthCheck, minimumServers, unavailable, realServers: realServers.map(toServer) };
}

function toServer({ index, address, port, weight, enabled, connectionLimit }: RealServerRecord) {
  return { index, address, port, weight, enabled, connectionLimit };
}

function toRule(rule: ContentRuleRecord): RuleInput {
  const { name, field, header, match, pattern, includeHost, includeQuery, negate, ignoreCase, mustFail } = rule;
  return { name, field, header, match, pattern, includeHost, includeQuery, negate, ignoreCase, mustFail };
}
