import { AcmeInputError, AcmeProblem, AcmeProtocolError, AcmeTransportError } from '@certfleet/acme';
import { DomainError } from '../domain/errors.js';

/** Does something at a CA for someone who waits for it; the CA's errors become ours, with the CA's own words. */
export async function fromCa<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    if (cause instanceof AcmeProblem) {
      const unavailable = cause.status >= 500 || cause.status === 429;
      throw new DomainError(unavailable ? 'ca-unavailable' : 'ca-refused', cause.message, { cause });
    }
    if (cause instanceof AcmeTransportError || cause instanceof AcmeProtocolError) {
      throw new DomainError('ca-unavailable', cause.message, { cause });
    }
    if (cause instanceof AcmeInputError) throw new DomainError('not-possible', cause.message, { cause });
    throw cause;
  }
}
