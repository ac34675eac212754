import type { VirtualServiceChange } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { SubVirtualServiceRecord, VirtualServicePatch, VirtualServiceRecord } from '../store/virtual-services.js';
import { isFitAnswer, refuseUnfitAnswer } from './unavailable-answer.js';
import { redirectHasNoServers } from './virtual-service-facts.js';

/**
 * What a change of a virtual service writes. Throws `invalid-input` for fields that only other kinds of services have,
 * and `not-possible` for a redirect service with servers.
 */
export function patchOf(
  service: VirtualServiceRecord,
  { redirectPort, http2, ...body }: VirtualServiceChange,
): VirtualServicePatch {
  if (body.contentRules !== undefined) throw notIts('contentRules', service, 'sub virtual services have content rules');
  const type = body.type ?? service.type;
  const unavailable = answerOf(service, type, body.unavailable);
  if (type === 'redirect' && service.realServers.length + service.subVirtualServices.length > 0)
    throw redirectHasNoServers();
  if (type !== 'redirect' && redirectPort !== undefined)
    throw notIts('redirectPort', service, 'redirect services send requests to a port');
  if (type !== 'https' && http2 !== undefined) throw notIts('http2', service, 'https services can offer HTTP/2');
  const ofType = {
    redirectPort: type === 'redirect' ? (redirectPort ?? service.redirectPort ?? 443) : null,
    http2: type === 'https' ? (http2 ?? service.http2 ?? true) : null,
  };
  return {
    ...withoutUndefined(body),
    ...(unavailable !== service.unavailable && { unavailable }),
    ...(ofType.redirectPort !== service.redirectPort && { redirectPort: ofType.redirectPort }),
    ...(ofType.http2 !== service.http2 && { http2: ofType.http2 }),
  };
}

/** Throws `invalid-input` for what a sub virtual service shares with the virtual service that it is a part of. */
export function patchOfSub(sub: SubVirtualServiceRecord, body: VirtualServiceChange): VirtualServicePatch {
  const { address, port, type, redirectPort, http2, ...fields } = body;
  const taken = Object.entries({ address, port, type, redirectPort, http2 }).find(([, value]) => value !== undefined);
  if (taken)
    throw notIts(taken[0], sub, `virtual services have one, such as ${sub.parentIndex}, which it is a part of`);
  if (fields.unavailable) refuseUnfitAnswer({ type: 'sub', unavailable: fields.unavailable });
  return withoutUndefined(fields);
}

/** A service that becomes or ceases to be a redirect forgets the answer that only the other kind can give. */
function answerOf(
  { type: before, unavailable: known }: VirtualServiceRecord,
  type: VirtualServiceRecord['type'],
  unavailable: VirtualServiceChange['unavailable'],
): VirtualServiceRecord['unavailable'] {
  if (unavailable === undefined) return type === before || isFitAnswer({ type, unavailable: known }) ? known : null;
  refuseUnfitAnswer({ type, unavailable });
  return unavailable;
}

function notIts(field: string, { index, type }: { index: number; type: string }, who: string): DomainError {
  const what = type === 'sub' ? 'Sub virtual service' : 'Virtual service';
  const message = `${what} ${index} has no ${field}: only ${who}.`;
  return new DomainError('invalid-input', message, { fields: [{ path: field, message }] });
}

type Given<T> = { [F in keyof T]?: Exclude<T[F], undefined> };

/** The fields that are given. */
export function withoutUndefined<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** What the patched fields were before. */
export function oldValues<P extends object>(before: object, patch: P): P {
  return Object.fromEntries(Object.entries(before).filter(([field]) => field in patch)) as P;
}
