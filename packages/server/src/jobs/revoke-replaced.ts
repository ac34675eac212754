import { minutes, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { markRevoked, revokeAtCa } from '../issuance/revocation.js';
import type { VersionRecord } from '../store/versions.js';
import type { JobHandler } from './scheduler.js';

/**
 * Revokes a version that someone wants revoked, when the next one is served in its place everywhere: nobody's connections
 * fail in between. Until then it looks again, more and more seldom. What the CA refuses with is tried again by the
 * scheduler; a CA that has revoked it already, and whose answer was lost, says so.
 */
export function revokeReplaced(engine: Engine): JobHandler {
  return async ({ job, lease }) => {
    const { store, clock } = engine;
    const version = await store.versions.find(job.subject);
    if (!version?.revocation || version.revokedAt !== null) return null;
    const { revocation } = version;
    const now = clock.now();
    if (version.notAfter <= now) {
      await store.fenced(lease, tx => tx.versions.setRevocation(version.id, null));
      return null;
    }
    if (!(await isReplaced(engine, version))) {
      return now + Math.min(Math.max((now - revocation.at) / 10, seconds(1)), minutes(1));
    }
    await revokeAtCa(engine, version, revocation.reason);
    await store.fenced(lease, tx => markRevoked(tx, version, revocation, clock.now()));
    return null;
  };
}

/** A target that can't be reached has it installed, as far as anyone can tell. */
async function isReplaced({ store }: Engine, version: VersionRecord): Promise<boolean> {
  const { currentVersionId } = await store.certificates.get(version.certificateId);
  if (currentVersionId === null || currentVersionId === version.id) return false;
  const assignments = await store.assignments.ofCertificate(version.certificateId);
  const latest = await store.deployments.latestOf(assignments.map(({ id }) => id));
  return assignments.every(({ id }) => {
    const deployment = latest.get(id);
    const isInstalled = deployment?.status === 'verified' || deployment?.status === 'unreachable';
    return isInstalled && deployment.versionId === currentVersionId;
  });
}
