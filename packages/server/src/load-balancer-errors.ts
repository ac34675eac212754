import { HaproxyError } from '@certfleet/haproxy';
import { DomainError } from './domain/errors.js';

/** What HAProxy's package threw, with the code that people are answered; what isn't its error stays as it is. */
export function asDomainError(cause: unknown): unknown {
  if (!(cause instanceof HaproxyError)) return cause;
  switch (cause.reason) {
    case 'invalidModel':
      return new DomainError('invalid-input', cause.message, { cause });
    case 'refused':
      return new DomainError('haproxy-refused', cause.message, { cause, ...fieldsOf(cause) });
    case 'portInUse':
      return new DomainError('port-in-use', cause.message, { cause });
    default:
      return new DomainError('haproxy-unavailable', cause.message, { cause });
  }
}

function fieldsOf({ field, message }: HaproxyError): { fields?: { path: string; message: string }[] } {
  return field === undefined ? {} : { fields: [{ path: field, message }] };
}
