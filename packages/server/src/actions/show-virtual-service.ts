import type { RealServer, SubVirtualService, VirtualService } from '@certfleet/contract';
import { redirectPortOf } from '../load-balancers.js';
import type { Store } from '../store/index.js';
import type { RealServerRecord } from '../store/real-servers.js';
import type { SubVirtualServiceRecord, VirtualServiceRecord } from '../store/virtual-services.js';

/** A virtual service as the API shows it. */
export async function showVirtualService(store: Store, service: VirtualServiceRecord): Promise<VirtualService> {
  return toVirtualService(service, (await certificatesOn(store, [service])).get(service.index));
}

/** Several at once: two more queries, however many virtual services and certificates there are. */
export async function showVirtualServices(
  store: Store,
  services: readonly VirtualServiceRecord[],
): Promise<VirtualService[]> {
  const certificates = await certificatesOn(store, services);
  return services.map(service => toVirtualService(service, certificates.get(service.index)));
}

/** The names of the certificates on each of these virtual services, by index, whatever targets they came by. */
async function certificatesOn(
  store: Store,
  services: readonly VirtualServiceRecord[],
): Promise<Map<number, ReadonlySet<string>>> {
  const targets = await store.targets.onVirtualServices(services.map(({ index }) => index));
  const serviceOf = new Map(targets.map(({ id, config }) => [id, Number(config.virtualService)]));
  const certificates = new Map(services.map(({ index }) => [index, new Set<string>()]));
  for (const { targetId, certificate } of await store.assignments.onTargets([...serviceOf.keys()])) {
    certificates.get(serviceOf.get(targetId) ?? Number.NaN)?.add(certificate);
  }
  return certificates;
}

function toVirtualService(
  service: VirtualServiceRecord,
  certificates: ReadonlySet<string> = new Set<string>(),
): VirtualService {
  return {
    index: service.index,
    loadBalancer: service.loadBalancer,
    name: service.name,
    address: service.address,
    port: service.port,
    type: service.type,
    enabled: service.enabled,
    redirectPort: redirectPortOf(service),
    healthCheck: service.healthCheck,
    realServers: service.realServers.map(toRealServer),
    subVirtualServices: service.subVirtualServices.map(toSub),
    certificates: [...certificates],
    createdAt: new Date(service.createdAt).toISOString(),
  };
}

function toSub(sub: SubVirtualServiceRecord): SubVirtualService {
  const { index, name, enabled, contentRule, healthCheck, realServers } = sub;
  return { index, name, enabled, contentRule, healthCheck, realServers: realServers.map(toRealServer) };
}

function toRealServer({ index, address, port, weight, enabled }: RealServerRecord): RealServer {
  return { index, address, port, weight, enabled };
}
