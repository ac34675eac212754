import { days, type Instant } from '../domain/time.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';

/** Everything that works on a certificate runs under one lock, so that no two steps of it meet. */
export function certificateLock(certificateId: string): string {
  return `certificate:${certificateId}`;
}

/** What the order of work depends on. */
type Waiting = Pick<CertificateRecord, 'id' | 'notAfter' | 'createdAt'>;

/** As if it had so much life left, from its request on. */
const lifeOfTheUnissued = days(7);

/**
 * The shortest remaining life first: that of what is served now. One that was never issued comes after those that
 * expire within a week of its request, and before the others.
 */
export function urgencyOf({ notAfter, createdAt }: Waiting): Instant {
  return notAfter ?? createdAt + lifeOfTheUnissued;
}

/** Promises a look at a certificate no later than then. */
export async function enqueueKeepValid(tx: Store, certificate: Waiting, runAt: Instant): Promise<void> {
  await tx.jobs.enqueue({
    kind: 'keep-valid',
    subject: certificate.id,
    lock: certificateLock(certificate.id),
    urgency: urgencyOf(certificate),
    runAt,
  });
}

/** Promises a look at an assignment: what is to be deployed there, if anything, follows from the rows. */
export async function enqueueDeploy(
  tx: Store,
  certificate: Waiting,
  assignmentId: string,
  runAt: Instant,
): Promise<void> {
  await tx.jobs.enqueue({
    kind: 'deploy',
    subject: assignmentId,
    lock: certificateLock(certificate.id),
    urgency: urgencyOf(certificate),
    runAt,
  });
}

/** Promises that an assignment's certificate is taken off its target. First of all, since a person waits for it. */
export async function enqueueUndeploy(
  tx: Store,
  certificate: Waiting,
  assignmentId: string,
  runAt: Instant,
): Promise<void> {
  await tx.jobs.enqueue({
    kind: 'undeploy',
    subject: assignmentId,
    lock: certificateLock(certificate.id),
    urgency: 0,
    runAt,
  });
}

/** Promises that a version is revoked when the next one is served in its place. */
export async function enqueueRevokeReplaced(
  tx: Store,
  certificate: Waiting,
  versionId: string,
  runAt: Instant,
): Promise<void> {
  await tx.jobs.enqueue({
    kind: 'revoke-replaced',
    subject: versionId,
    lock: certificateLock(certificate.id),
    urgency: urgencyOf(certificate),
    runAt,
  });
}
