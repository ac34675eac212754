import { enqueueDeploy } from '../jobs/enqueue.js';
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
