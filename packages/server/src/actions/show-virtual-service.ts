import {
  challengeIndexBase,
  type PresentedChallenge,
  type RealServer,
  type SubVirtualService,
  type VirtualService,
} from '@certfleet/contract';
import type { Store } from '../store/index.js';
import type { RealServerRecord } from '../store/real-servers.js';
import type { PoolSettings, SubVirtualServiceRecord, VirtualServiceRecord } from '../store/virtual-services.js';

/** A virtual service as the API shows it. */
export async function showVirtualService(store: Store, service: VirtualServiceRecord): Promise<VirtualService> {
  const [shown] = await showVirtualServices(store, [service]);
  return shown as VirtualService;
}

/** Several at once: four more queries, however many virtual services and certificates there are. */
export async function showVirtualServices(
  store: Store,
  services: readonly VirtualServiceRecord[],
): Promise<VirtualService[]> {
  const indexes = services.map(({ index }) => index);
  const certificates = await certificatesOn(store, indexes);
  const challenges = await challengesOn(store, indexes);
  return services.map(service => ({
    ...toVirtualService(service),
    challenges: challenges.get(service.index) ?? [],
    certificates: [...(certificates.get(service.index) ?? [])],
  }));
}

/** The names of the certificates on each of these virtual services, by index, whatever targets they came by. */
async function certificatesOn(store: Store, indexes: readonly number[]): Promise<Map<number, ReadonlySet<string>>> {
  const targets = await store.targets.onVirtualServices(indexes);
  const serviceOf = new Map(targets.map(({ id, config }) => [id, Number(config.virtualService)]));
  const certificates = new Map(indexes.map(index => [index, new Set<string>()]));
  for (const { targetId, certificate } of await store.assignments.onTargets([...serviceOf.keys()])) {
    certificates.get(serviceOf.get(targetId) ?? Number.NaN)?.add(certificate);
  }
  return certificates;
}

/** What each of these virtual services answers challenges with, by index, whatever solvers they came by. */
async function challengesOn(store: Store, indexes: readonly number[]): Promise<Map<number, PresentedChallenge[]>> {
  const solvers = await store.solvers.onVirtualServices(indexes);
  const serviceOf = new Map(solvers.map(({ id, config }) => [id, Number(config.virtualService)]));
  const challenges = new Map(indexes.map(index => [index, [] as PresentedChallenge[]]));
  for (const { id, solverId, certificate, identifier, token, createdAt } of await store.challenges.presentedBy([
    ...serviceOf.keys(),
  ])) {
    const path = `/.well-known/acme-challenge/${token}`;
    const since = new Date(createdAt).toISOString();
    const challenge = { index: challengeIndexBase + id, certificate, identifier, path, since };
    challenges.get(serviceOf.get(solverId) ?? Number.NaN)?.push(challenge);
  }
  return challenges;
}

function toVirtualService(service: VirtualServiceRecord): Omit<VirtualService, 'challenges' | 'certificates'> {
  const { index, loadBalancer, name, address, port, type, enabled, redirectPort, http2 } = service;
  return {
    ...{ index, loadBalancer, name, address, port, type, enabled, redirectPort, http2 },
    ...toPool(service),
    subVirtualServices: service.subVirtualServices.map(toSub),
    createdAt: new Date(service.createdAt).toISOString(),
  };
}

function toSub(sub: SubVirtualServiceRecord): SubVirtualService {
  const { index, name, enabled, contentRules } = sub;
  return { index, name, enabled, contentRules, ...toPool(sub) };
}

function toPool(pool: PoolSettings & { realServers: readonly RealServerRecord[] }) {
  const { scheduling, persistence, healthCheck, minimumServers, unavailable, realServers } = pool;
  return {
    ...{ scheduling, persistence, healthCheck, minimumServers, unavailable },
    realServers: realServers.map(toRealServer),
  };
}

function toRealServer(server: RealServerRecord): RealServer {
  const { index, address, port, weight, enabled, connectionLimit } = server;
  return { index, address, port, weight, enabled, connectionLimit };
}
