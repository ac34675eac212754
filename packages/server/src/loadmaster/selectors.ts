import { challengeIndexBase, IpAddress } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Store } from '../store/index.js';
import type { RealServerRecord } from '../store/real-servers.js';
import type { SubVirtualServiceRecord, VirtualServiceRecord } from '../store/virtual-services.js';
import type { Call } from './command.js';
import { LoadMasterError } from './errors.js';
import type { Parameters } from './parameters.js';

/** The parameters that say which virtual service is meant: its index in `vs`, or its address with port and protocol. */
export const serviceSelector: readonly string[] = ['vs', 'port', 'prot'];

/** The same for a real server: `rs` is `!` and its RsIndex, or its address. */
export const serverSelector: readonly string[] = [...serviceSelector, 'rs', 'rsport'];

/**
 * The RsIndex of SubVSs under their parent is their own index and this: so it is never that of a real server, never
 * taken for an index of a virtual service, and stays what it is. 1,001,000,001 is the first one of challenges.
 */
const partOffset = 1_000_000;

/** The RsIndex of a SubVS, by its index. */
export function rsIndexOf(subIndex: number): number {
  return subIndex + partOffset;
}

/** What a selector means: a virtual service, a SubVS of it, or a challenge that it answers. */
export interface Selected {
  service: VirtualServiceRecord;
  sub: SubVirtualServiceRecord | null;
  /** The challenge's index: it can be shown, and nothing else. */
  challenge: number | null;
}

const unknownService = () => new LoadMasterError(422, 'Unknown VS');
const unknownServer = () => new LoadMasterError(422, 'Unknown RS');

/** Throws 400 when a part of the selector is missing, 422 `Unknown VS`. */
export async function selectService({
  parameters,
  engine: { store },
}: Pick<Call, 'parameters' | 'engine'>): Promise<Selected> {
  const text = parameters.required('vs').trim();
  if (!/^\d{1,10}$/.test(text)) return { service: await bySocket(store, text, parameters), sub: null, challenge: null };
  const index = Number(text);
  if (index > challengeIndexBase) {
    const presenting = await store.challenges.presentingService(index);
    const service = presenting === undefined ? undefined : await store.virtualServices.find(presenting);
    if (!service) throw unknownService();
    return { service, sub: null, challenge: index };
  }
  const service = index === 0 ? undefined : await findOwning(store, index);
  if (!service) throw unknownService();
  const sub = service.subVirtualServices.find(each => each.index === index) ?? null;
  refuseOtherSocket({ service, sub }, parameters);
  return { service, sub, challenge: null };
}

/** The same for what is to be changed. Throws 422 for a challenge's: it comes and goes with an order. */
export async function selectChangeable(call: Pick<Call, 'parameters' | 'engine'>): Promise<Selected> {
  const selected = await selectService(call);
  if (selected.challenge !== null) throw readOnly(selected.challenge);
  return selected;
}

/** An address in the spelling that is stored, with or without brackets. Throws 400 when it is missing, 422 for what is none. */
export function ipAddress(parameters: Parameters, name: string): string {
  const address = addressIn(parameters.required(name).trim());
  if (address === undefined) throw LoadMasterError.invalid(name, 'Must be an IP address');
  return address;
}

function addressIn(text: string): string | undefined {
  return IpAddress.safeParse(/^\[(.*)\]$/.exec(text)?.[1] ?? text).data;
}

/** Throws 400 when it is missing, 422 for what is none. */
export function portNumber(parameters: Parameters, name: string): number {
  parameters.required(name);
  return parameters.integer(name, { min: 1, max: 65_535 }) ?? 0;
}

/** What stands behind a virtual service: one of its real servers, or a SubVS of it. */
export type Behind =
  | { server: RealServerRecord; sub: null }
  | { server: null; sub: SubVirtualServiceRecord }
  | { server: null; sub: null; challenge: number };

/** Throws 400 when a part of the selector is missing, 422 `Unknown RS`, also for a SubVS of another parent. */
export function selectBehind({ service, sub }: Selected, parameters: Parameters): Behind {
  const text = parameters.required('rs').trim();
  const { realServers } = sub ?? service;
  if (text.startsWith('!')) {
    const rsIndex = /^!\d{1,10}$/.test(text) ? Number(text.slice(1)) : Number.NaN;
    const server = realServers.find(({ index }) => index === rsIndex);
    if (server) return { server, sub: null };
    const part = sub ? undefined : service.subVirtualServices.find(({ index }) => rsIndexOf(index) === rsIndex);
    if (part) return { server: null, sub: part };
    if (rsIndex > rsIndexOf(challengeIndexBase)) return { server: null, sub: null, challenge: rsIndex - partOffset };
    throw unknownServer();
  }
  const address = ipAddress(parameters, 'rs');
  const port = portNumber(parameters, 'rsport');
  const server = realServers.find(each => each.port === port && each.address === address);
  if (!server) throw unknownServer();
  return { server, sub: null };
}

/** The same for what is to be changed. Throws 422 for a challenge's. */
export async function selectChangeableBehind(
  store: Store,
  selected: Selected,
  parameters: Parameters,
): Promise<Exclude<Behind, { challenge: number }>> {
  const behind = selectBehind(selected, parameters);
  if (!('challenge' in behind)) return behind;
  const presenting = await store.challenges.presentingService(behind.challenge);
  throw presenting === selected.service.index ? readOnly(behind.challenge) : unknownServer();
}

async function findOwning({ virtualServices }: Store, index: number): Promise<VirtualServiceRecord | undefined> {
  try {
    return await virtualServices.owning(index);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function bySocket(
  { virtualServices }: Store,
  text: string,
  parameters: Parameters,
): Promise<VirtualServiceRecord> {
  const address = addressIn(text);
  if (address === undefined) throw unknownService();
  const port = portNumber(parameters, 'port');
  if (protocol(parameters) === 'udp') throw unknownService();
  const [found] = (await virtualServices.list({ address, port, limit: 1 })).items;
  if (!found) throw unknownService();
  return found;
}

/**
 * With an index, port and protocol may come too; they must be its own. Clients that send a real server as it was shown
 * have that one's port there.
 */
function refuseOtherSocket({ service, sub }: Omit<Selected, 'challenge'>, parameters: Parameters): void {
  if (protocol(parameters) === 'udp') throw unknownService();
  const sent = parameters.text('port')?.trim();
  if (!sent || sent === (sub ? '0' : String(service.port))) return;
  const server = /^!(\d{1,10})$/.exec(parameters.text('rs')?.trim() ?? '')?.[1];
  const { port } = (sub ?? service).realServers.find(({ index }) => String(index) === server) ?? {};
  if (sent === (port === undefined ? parameters.text('rsport')?.trim() : String(port))) return;
  throw unknownService();
}

/** Left out, it is tcp, as some clients leave it out. Throws 422 for what is no protocol. */
export function protocol(parameters: Parameters): 'tcp' | 'udp' {
  if (!parameters.text('prot')?.trim()) return 'tcp';
  return parameters.choice('prot', ['tcp', 'udp']) ?? 'tcp';
}

function readOnly(challenge: number): LoadMasterError {
  return new LoadMasterError(422, `VS ${challenge} answers a challenge and goes by itself: it can't be changed`);
}
