import { redirectStatuses, type Unavailable, type VirtualService } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';

type Answering = { type: VirtualService['type'] | 'sub'; unavailable: Unavailable | null };

/**
 * Throws `invalid-input` for an answer that this kind of service can't give. A redirect service answers every request by
 * itself, so that nothing is ever unavailable there: all it takes of it is the status to redirect with.
 */
export function refuseUnfitAnswer(service: Answering): void {
  const fault = faultOf(service);
  if (!fault) return;
  const [path, message] = fault;
  throw new DomainError('invalid-input', `unavailable: ${message}`, { fields: [{ path, message }] });
}

/** Whether a (sub) virtual service could give this answer. */
export function isFitAnswer(service: Answering): boolean {
  return faultOf(service) === null;
}

function faultOf({ type, unavailable }: Answering): [path: string, message: string] | null {
  if (unavailable === null) return null;
  const { status, redirectUrl, page } = unavailable;
  const redirects = redirectStatuses.includes(status);
  if (type !== 'redirect') {
    if (!redirects || redirectUrl !== null) return null;
    return ['unavailable.redirectUrl', `Status ${status} needs the URL that it redirects to.`];
  }
  if (!redirects) {
    return ['unavailable.status', `A redirect service redirects: its status is one of ${redirectStatuses.join(', ')}.`];
  }
  if (redirectUrl !== null) {
    return ['unavailable.redirectUrl', 'A redirect service redirects to the same host and path over HTTPS.'];
  }
  return page === null ? null : ['unavailable.page', 'A redirect service shows no page.'];
}
