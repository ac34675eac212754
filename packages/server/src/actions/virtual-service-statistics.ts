import type {
  RealServerStatistics,
  SubVirtualServiceStatistics,
  Traffic,
  VirtualServiceStatistics,
} from '@certfleet/contract';
import type { Counters, Load, PoolStatus, RealServerStatus, VirtualServiceStatus } from '@certfleet/haproxy';
import type { Engine } from '../engine.js';
import type { RealServerRecord } from '../store/real-servers.js';
import type { SubVirtualServiceRecord, VirtualServiceRecord } from '../store/virtual-services.js';

/**
 * How virtual services do, as stored and as HAProxy tells. What HAProxy doesn't know is `unknown`, with nothing done.
 * @param statuses null: HAProxy doesn't run
 */
export function statisticsOf(
  services: readonly VirtualServiceRecord[],
  statuses: readonly VirtualServiceStatus[] | null,
): VirtualServiceStatistics[] {
  const byIndex = new Map(statuses?.map(status => [status.index, status]));
  return services.map(service => ofService(service, byIndex.get(service.index)));
}

/** How all of them do. `unknown`: without asking HAProxy. Throws DomainError `haproxy-unavailable` when it does not answer. */
export async function allStatistics(
  { store, loadBalancers }: Pick<Engine, 'store' | 'loadBalancers'>,
  state?: 'unknown',
): Promise<VirtualServiceStatistics[]> {
  const all: VirtualServiceStatistics[] = [];
  for (const { id } of await store.loadBalancers.all()) {
    const services = await store.virtualServices.ofLoadBalancer(id);
    if (services.length === 0) continue;
    all.push(...statisticsOf(services, state ? null : await loadBalancers.statistics(id, services)));
  }
  return all;
}

/** How these do, as HAProxy tells. Throws DomainError `haproxy-unavailable` when it does not answer. */
export async function someStatistics(
  { loadBalancers }: Pick<Engine, 'loadBalancers'>,
  services: readonly VirtualServiceRecord[],
): Promise<VirtualServiceStatistics[]> {
  const some: VirtualServiceStatistics[] = [];
  for (const id of new Set(services.map(({ loadBalancerId }) => loadBalancerId))) {
    const ofOne = services.filter(({ loadBalancerId }) => loadBalancerId === id);
    some.push(...statisticsOf(ofOne, await loadBalancers.statistics(id, ofOne)));
  }
  return some;
}

function ofService(service: VirtualServiceRecord, status: VirtualServiceStatus | undefined): VirtualServiceStatistics {
  const { index, name, address, port, enabled } = service;
  const subs = new Map(status?.subVirtualServices.map(sub => [sub.index, sub]));
  return {
    ...{ index, name, address, port },
    state: status?.state ?? (enabled ? 'unknown' : 'disabled'),
    traffic: traffic(status),
    realServers: ofServers(service.realServers, status?.realServers),
    subVirtualServices: service.subVirtualServices.map(sub => ofSub(sub, subs.get(sub.index), enabled)),
  };
}

function ofSub(
  { index, name, enabled, realServers }: SubVirtualServiceRecord,
  status: PoolStatus | undefined,
  parentEnabled: boolean,
): SubVirtualServiceStatistics {
  return {
    ...{ index, name },
    state: status?.state ?? (enabled && parentEnabled ? 'unknown' : 'disabled'),
    traffic: traffic(status),
    realServers: ofServers(realServers, status?.realServers),
  };
}

function ofServers(
  servers: readonly RealServerRecord[],
  statuses: readonly RealServerStatus[] = [],
): RealServerStatistics[] {
  const byIndex = new Map(statuses.map(status => [status.index, status]));
  return servers.map(({ index, address, port, enabled }) => {
    const status = byIndex.get(index);
    return {
      ...{ index, address, port },
      state: status?.state ?? (enabled ? 'unknown' : 'disabled'),
      lastCheck: status?.lastCheck ?? null,
      traffic: traffic(status),
    };
  });
}

const nothing: Traffic = {
  ...{ sessions: 0, requests: 0, bytesIn: 0, bytesOut: 0 },
  ...{ responses1xx: 0, responses2xx: 0, responses3xx: 0, responses4xx: 0, responses5xx: 0 },
  ...{ currentSessions: 0, sessionsPerSecond: 0, requestsPerSecond: 0 },
};

function traffic(status: { counters: Counters; load: Load } | undefined): Traffic {
  return status ? { ...status.counters, ...status.load } : nothing;
}
