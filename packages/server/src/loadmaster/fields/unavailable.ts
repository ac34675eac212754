import { redirectStatuses, Unavailable, type VirtualService } from '@certfleet/contract';
import type { PoolSettings } from '../../store/virtual-services.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { FieldGroup } from './group.js';

const names = ['ErrorCode', 'ErrorUrl', 'ErrorPage'] as const;

/** What is answered when no real server can, or by a service that only redirects. */
export type ErrorSetting =
  | { redirectPort: number; unavailable: Unavailable }
  | { redirectPort: null; unavailable: Unavailable | null };

interface Answering {
  type: VirtualService['type'] | 'sub';
  redirectPort: number | null;
  unavailable: PoolSettings['unavailable'];
}

/**
 * How it is shown. A redirect service is what LoadMaster's clients make as an HTTP service without real servers whose
 * error is a redirect to `https://%h%s`: the same host and path. The status is the one it redirects with.
 */
export function errorFields({ type, redirectPort, unavailable }: Answering): Record<(typeof names)[number], string> {
  if (type === 'redirect') {
    const port = redirectPort === null || redirectPort === 443 ? '' : `:${redirectPort}`;
    return { ErrorCode: String(unavailable?.status ?? 301), ErrorUrl: `https://%h${port}%s`, ErrorPage: '' };
  }
  return {
    ErrorCode: String(unavailable?.status ?? 0),
    ErrorUrl: unavailable?.redirectUrl ?? '',
    ErrorPage: unavailable?.page ?? '',
  };
}

/** What was sent of it, on top of what there is; undefined: nothing. Throws 422. */
export function readUnavailable(parameters: Parameters, before: Answering): ErrorSetting | undefined {
  const group = new FieldGroup(names, parameters, errorFields(before));
  if (!group.isSent) return undefined;
  const status = group.integer('ErrorCode', { min: 200, max: 599 });
  // Some clients write the slashes as in a regular expression.
  const url = group.value('ErrorUrl').replaceAll('\\/', '/');
  if (status === 0) {
    for (const name of ['ErrorUrl', 'ErrorPage'] as const) {
      if (group.sent(name)) throw LoadMasterError.invalid(name, 'Needs an ErrorCode, the status that it comes with');
    }
    return { redirectPort: null, unavailable: null };
  }
  const redirect = /^https:\/\/%h(?::(\d{1,5}))?%s$/.exec(url);
  const answer = {
    status,
    redirectUrl: redirect || url === '' ? null : url,
    page: group.value('ErrorPage') || null,
  };
  if (answer.redirectUrl?.includes('%') && !/^([^%]|%[0-9A-Fa-f]{2})*$/.test(answer.redirectUrl)) {
    throw LoadMasterError.invalid('ErrorUrl', 'Of URLs with placeholders only https://%h%s is known, also with a port');
  }
  const unavailable = group.checked(Unavailable, answer, { redirectUrl: 'ErrorUrl', page: 'ErrorPage' });
  if (!redirect && isRedirect(status) && url === '') {
    throw LoadMasterError.invalid('ErrorUrl', `ErrorCode ${status} needs the URL that it redirects to`);
  }
  if (!redirect) return { redirectPort: null, unavailable };
  if (before.type === 'sub') {
    throw LoadMasterError.invalid('ErrorUrl', 'A SubVS can only redirect to a URL without placeholders');
  }
  if (!isRedirect(status)) {
    throw LoadMasterError.invalid('ErrorCode', 'A redirect has 301, 302, 303, 307 or 308');
  }
  if (unavailable.page !== null) throw LoadMasterError.invalid('ErrorPage', 'A redirect has no page');
  const redirectPort = Number(redirect[1] ?? 443);
  if (redirectPort < 1 || redirectPort > 65_535) throw LoadMasterError.invalid('ErrorUrl', 'There is no such port');
  return { redirectPort, unavailable };
}

function isRedirect(status: number): boolean {
  return redirectStatuses.includes(status);
}
