import type { Instant } from '../domain/time.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';

/** Everything that works on a certificate runs under one lock, so that no two steps of it meet. */
function certificateLock(certificateId: string): string {
  return `certificate:${certificateId}`;
}

/** Promises a look at a certificate no later than then. */
export async function enqueueKeepValid(
  tx: Store,
  certificate: Pick<CertificateRecord, 'id' | 'notAfter'>,
  runAt: Instant,
): Promise<void> {
  await tx.jobs.enqueue({
    kind: 'keep-valid',
    subject: certificate.id,
    lock: certificateLock(certificate.id),
    // One that was never issued comes after those that are about to expire, and before those with life left.
    urgency: certificate.notAfter ?? runAt,
    runAt,
  });
}

/** Promises a look at an assignment: what is to be deployed there, if anything, follows from the rows. */
export async function enqueueDeploy(
  tx: Store,
  certificate: Pick<CertificateRecord, 'id' | 'notAfter'>,
  assignmentId: string,
  runAt: Instant,
): Promise<void> {
  await tx.jobs.enqueue({
    kind: 'deploy',
    subject: assignmentId,
    lock: certificateLock(certificate.id),
    urgency: certificate.notAfter ?? runAt,
    runAt,
  });
}
