import {
  challengeIndexBase,
  type PresentedChallenge,
  type RealServerStatistics,
  type VirtualServiceStatistics,
} from '@certfleet/contract';
import { showVirtualServices } from '../actions/show-virtual-service.js';
import { DomainError } from '../domain/errors.js';
import type { Store } from '../store/index.js';
import type { SubVirtualServiceRecord, VirtualServiceRecord } from '../store/virtual-services.js';
import { ask, type Call, type Data } from './command.js';
import { partFields, serverFields } from './fields/real-server.js';
import { statusWord } from './fields/status.js';
import { newService, settingFields } from './fields/virtual-service.js';
import { rsIndexOf } from './selectors.js';

/** Everything that is shown of virtual services. */
interface ServiceView {
  service: VirtualServiceRecord;
  certificates: readonly string[];
  challenges: readonly PresentedChallenge[];
  /** Undefined: HAProxy tells nothing of it. */
  statistics: VirtualServiceStatistics | undefined;
}

/** A virtual service, SubVS or challenge in the shape of listvs and showvs, by its index. */
export interface ShownService {
  index: number;
  data: Data;
}

/**
 * Each virtual service with its challenges and SubVSs behind it. A few statements and one question to HAProxy, however
 * many there are.
 */
export async function showServices(call: Call, services: readonly VirtualServiceRecord[]): Promise<ShownService[]> {
  const views = await viewsOf(call, services);
  return views.flatMap(view => [
    { index: view.service.index, data: serviceData(view) },
    ...view.challenges.map(challenge => ({ index: challenge.index, data: challengeData(view, challenge) })),
    ...view.service.subVirtualServices.map(sub => ({ index: sub.index, data: subData(view, sub) })),
  ]);
}

/** All there are, with what belongs to them. */
export async function everyService({ virtualServices }: Store): Promise<VirtualServiceRecord[]> {
  const services = [];
  let cursor: string | undefined;
  do {
    const page = await virtualServices.list({ limit: 1000, cursor });
    services.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return services;
}

/** One of them, as it is now. Throws `not-found` when it is gone meanwhile. */
export async function showService(call: Call, index: number): Promise<Data> {
  const { store } = call.engine;
  const presenting = await store.challenges.presentingService(index);
  const shown = await showServices(call, [await store.virtualServices.owning(presenting ?? index)]);
  const found = shown.find(each => each.index === index);
  if (!found) throw new DomainError('not-found', `There is no virtual service ${index} any more.`);
  return found.data;
}

/** The lists in a virtual service's data. */
export interface Behind {
  Rs: readonly Data[];
  SubVS: readonly Data[];
}

/** What stands behind a (sub) virtual service, as it is now. */
export async function showBehind(call: Call, index: number): Promise<Behind> {
  const { Rs, SubVS } = await showService(call, index);
  return { Rs: Rs as Data[], SubVS: SubVS as Data[] };
}

/** `acme-7` for 1,000,000,007. */
export function challengeName(index: number): string {
  return `acme-${index - challengeIndexBase}`;
}

async function viewsOf(call: Call, services: readonly VirtualServiceRecord[]): Promise<ServiceView[]> {
  const shown = await showVirtualServices(call.engine.store, services);
  const [only] = services;
  const statistics = await statisticsOf(call, services.length === 1 ? only?.index : undefined);
  return services.map((service, i) => ({
    service,
    certificates: shown[i]?.certificates ?? [],
    challenges: shown[i]?.challenges ?? [],
    statistics: statistics.get(service.index),
  }));
}

/** By index; without those that HAProxy tells nothing of. */
export async function statisticsOf(
  call: Pick<Call, 'actor' | 'handlers'>,
  index?: number,
): Promise<Map<number, VirtualServiceStatistics>> {
  try {
    const query = index === undefined ? {} : { index };
    const { items } = await ask(call, 'virtualService', 'statistics', { query });
    return new Map(items.map(item => [item.index, item]));
  } catch (error) {
    // What is configured can be shown without HAProxy.
    if (error instanceof DomainError && error.code === 'haproxy-unavailable') return new Map();
    throw error;
  }
}

function serviceData({ service, certificates, challenges, statistics }: ServiceView): Data {
  const { index, address, port, type, realServers, subVirtualServices: subs } = service;
  const parts = challenges.length + subs.length;
  const subStates = new Map(statistics?.subVirtualServices.map(sub => [sub.index, sub.state]));
  return {
    Status: statusWord(statistics?.state),
    Index: index,
    VSAddress: address,
    VSPort: String(port),
    Protocol: 'tcp',
    Layer: 7,
    ...settingFields(service),
    ...(type === 'https' ? { CertFile: certificates.join(' ') } : {}),
    NRules: challenges.length + subs.reduce((count, sub) => count + sub.contentRules.length, 0),
    MasterVS: parts > 0 ? 1 : 0,
    MasterVSID: 0,
    NumberOfRSs: realServers.length + parts,
    MatchRules: [],
    Rs: serverList(index, service, statistics?.realServers),
    SubVS: [
      ...challenges.map(challengePart),
      ...subs.map(({ index, name, enabled, contentRules }) =>
        partFields({
          ...{ index, enabled },
          rsIndex: rsIndexOf(index),
          name: name ?? '',
          rules: contentRules,
          status: statusWord(subStates.get(index)),
        }),
      ),
    ],
  };
}

function subData({ service, statistics }: ServiceView, sub: SubVirtualServiceRecord): Data {
  const now = statistics?.subVirtualServices.find(({ index }) => index === sub.index);
  return {
    Status: statusWord(now?.state),
    ...partHead(sub.index),
    ...settingFields(sub),
    NRules: sub.contentRules.length,
    MasterVS: 0,
    MasterVSID: service.index,
    NumberOfRSs: sub.realServers.length,
    MatchRules: sub.contentRules,
    Rs: serverList(sub.index, sub, now?.realServers),
    SubVS: [],
  };
}

/** What a LoadMaster makes for a challenge: a SubVS without real servers, whose error is the answer, 200. */
function challengeData({ service }: ServiceView, { index }: PresentedChallenge): Data {
  const name = challengeName(index);
  const settings = settingFields({
    ...service,
    ...newService,
    ...{ type: 'http', name, enabled: true, healthCheck: { type: 'none' } },
    unavailable: { status: 200, redirectUrl: null, page: null },
  } as VirtualServiceRecord);
  return {
    Status: 'Up',
    ...partHead(index),
    ...settings,
    SSLAcceleration: undefined,
    NRules: 1,
    MasterVS: 0,
    MasterVSID: service.index,
    NumberOfRSs: 0,
    MatchRules: [name],
    Rs: [],
    SubVS: [],
  };
}

/** A SubVS has neither address nor port. */
function partHead(index: number): Data {
  return { Index: index, VSAddress: '', VSPort: '0', Protocol: 'tcp', Layer: 7 };
}

function challengePart({ index }: PresentedChallenge): Data {
  const name = challengeName(index);
  return partFields({ index, rsIndex: rsIndexOf(index), name, enabled: true, rules: [name], status: 'Up' });
}

function serverList(
  index: number,
  { realServers }: Pick<SubVirtualServiceRecord, 'realServers'>,
  statistics: readonly RealServerStatistics[] = [],
): Data[] {
  const states = new Map(statistics.map(server => [server.index, server.state]));
  return realServers.map(server =>
    serverFields(index, server, statusWord(server.enabled ? states.get(server.index) : 'disabled')),
  );
}
