import type { Domain, Policy, VirtualService } from '@certfleet/contract';

/** What is lost with a virtual service, or keeps it from being deleted, each as a sentence. */
export interface Dependents {
  /** It is refused as long as there is one of these. */
  hold: string[];
  /** These go with it. */
  lost: string[];
}

/** So many of each kind are told one by one. */
export const told = 20;

/** The first of some; `nextCursor` is not null where there are more. */
interface First<T> {
  items: readonly T[];
  nextCursor: string | null;
}

/**
 * What depends on a virtual service, which is at once a solver `vs-<index>` and, if HTTPS, a target of that name.
 * `domains`, `policies`: those that the solver proves.
 */
export function dependentsOf(
  service: VirtualService,
  domains: First<Pick<Domain, 'pattern'>>,
  policies: First<Pick<Policy, 'name'>>,
): Dependents {
  const { realServers, subVirtualServices } = service;
  const servers = realServers.length + subVirtualServices.reduce((sum, sub) => sum + sub.realServers.length, 0);
  const others = service.certificates.length - told;
  return {
    hold: [
      ...service.certificates.slice(0, told).map(name => `The certificate ${name} is assigned to it.`),
      ...(others > 0 ? [`${inWords(others)} more certificate${others === 1 ? ' is' : 's are'} assigned to it.`] : []),
      ...domains.items.map(({ pattern }) => `It proves the domain ${pattern}.`),
      ...(domains.nextCursor === null ? [] : ['It proves more domains than these.']),
      ...policies.items.map(({ name }) => `The policy ${name} proves names by it where nothing nearer is set.`),
      ...(policies.nextCursor === null ? [] : ['More policies than these prove names by it.']),
      ...service.challenges.map(({ identifier }) => `It answers a challenge for ${identifier} at this moment.`),
    ],
    lost: [
      ...(subVirtualServices.length > 0 ? [count(subVirtualServices.length, 'sub virtual service')] : []),
      ...(servers > 0 ? [count(servers, 'real server')] : []),
    ],
  };
}

function inWords(number: number): string {
  return number.toLocaleString('en');
}

/** `www, shop and 1,234 more`. */
function firstOf(names: readonly string[]): string {
  const others = names.length - told;
  return `${names.slice(0, told).join(', ')}${others > 0 ? ` and ${inWords(others)} more` : ''}`;
}

function count(number: number, noun: string): string {
  return `${inWords(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Why its type can't become another one, or null. */
export function typeRefusal(
  { type, realServers, subVirtualServices, certificates }: VirtualService,
  wanted: VirtualService['type'],
): string | null {
  if (wanted === type) return null;
  if (wanted === 'redirect' && realServers.length + subVirtualServices.length > 0)
    return 'A redirect service answers every request by itself: delete its real servers and sub virtual services first.';
  if (type === 'https' && certificates.length > 0)
    return `Only an HTTPS service has certificates: take ${firstOf(certificates)} off first.`;
  return null;
}
