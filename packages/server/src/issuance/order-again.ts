import type { Instant } from '../domain/time.js';
import type { CertificatePatch, CertificateRecord } from '../store/certificates.js';

/** What makes the next order due at once, and the running one one of an earlier revision. */
export function orderAgain(
  { revision }: Pick<CertificateRecord, 'revision'>,
  now: Instant,
  renewReason: 'changed' | 'revoked' | 'requested',
): CertificatePatch {
  return { revision: revision + 1, renewAt: now, renewReason, retryAt: null };
}
