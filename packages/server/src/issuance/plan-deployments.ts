import { enqueueDeploy } from '../jobs/enqueue.js';
import type { AssignmentRecord } from '../store/assignments.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';

/**
 * A pending deployment of this version for each of a certificate's assignments; those of older versions are superseded.
 */
export async function planDeployments(
  tx: Store,
  certificate: CertificateRecord,
  version: VersionRecord,
): Promise<void> {
  for (const assignment of await tx.assignments.ofCertificate(certificate.id)) {
    await tx.deployments.supersedeOlder(assignment.id, version.number);
    await tx.deployments.create({ assignmentId: assignment.id, versionId: version.id });
    await enqueueDeploy(tx, certificate, assignment.id, version.createdAt);
  }
}

/**
 * A pending deployment of a certificate's current version for one of its assignments; none when there is nothing to
 * deploy yet.
 */
export async function planDeployment(
  tx: Store,
  certificate: CertificateRecord,
  { id }: Pick<AssignmentRecord, 'id'>,
): Promise<void> {
  const current = await tx.versions.current(certificate.id);
  // Until the next version, a CSR that was given up has left one whose key is not here.
  if (!current || (await tx.keys.get(current.keyId)).custody !== 'server') return;
  const { createdAt } = await tx.deployments.create({ assignmentId: id, versionId: current.id });
  await enqueueDeploy(tx, certificate, id, createdAt);
}
