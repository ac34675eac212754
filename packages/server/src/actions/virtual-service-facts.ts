import { challengeIndexBase } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Store } from '../store/index.js';
import type { SubVirtualServiceRecord, VirtualServiceRecord } from '../store/virtual-services.js';

/**
 * The virtual service that an index belongs to, to be changed. Throws `not-found`, and `not-possible` for a
 * challenge's.
 */
export async function owningChangeable(store: Store, index: number): Promise<VirtualServiceRecord> {
  if (index > challengeIndexBase && (await store.challenges.presentingService(index)) !== undefined) {
    throw new DomainError(
      'not-possible',
      `${index} is a challenge, which comes and goes with an order: it can be neither changed nor deleted.`,
    );
  }
  return store.virtualServices.owning(index);
}

/** One part of a virtual service. Throws `not-found`. */
export function subOf(parent: VirtualServiceRecord, index: number): SubVirtualServiceRecord {
  const sub = parent.subVirtualServices.find(candidate => candidate.index === index);
  if (sub) return sub;
  throw new DomainError('not-found', `Virtual service ${parent.index} has no sub virtual service ${index}.`);
}

export function redirectHasNoServers(): DomainError {
  return new DomainError('not-possible', 'A redirect service answers every request by itself: it takes no servers.');
}

/** For the messages of events. */
export function describeService({ index, name, type, address, port }: VirtualServiceRecord): string {
  return `Virtual service ${index}${name ? ` (${name})` : ''}, ${type} on ${describePlace({ address, port })}`;
}

/** `address:port`, an IPv6 address in brackets. */
export function describePlace({ address, port }: { address: string; port: number }): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
