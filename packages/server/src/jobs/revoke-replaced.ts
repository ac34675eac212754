import {
  explainHoldup,
  type Holdup,
  nextTrouble,
  type RevocationTrouble,
  severityOfTrouble,
} from '../domain/pending-revocation.js';
import { decideRetry } from '../domain/retry.js';
import { days, type Instant, minutes, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { markRevoked, recordRevocation, revokeAtCa } from '../issuance/revocation.js';
import { tellRevocationTrouble } from '../notices/happenings.js';
import type { Lease } from '../store/jobs.js';
import type { PendingRevocation, VersionRecord } from '../store/versions.js';
import type { JobHandler } from './scheduler.js';

/** A version that is to be revoked. */
type Wanted = VersionRecord & { revocation: PendingRevocation };

/**
 * Revokes a version that someone wants revoked, when the next one is served in its place everywhere: nobody's connections
 * fail in between. Until then it looks again, more and more seldom. What holds the replacement up, and what the CA refuses
 * with, is shown and told; a CA that has revoked it already, and whose answer was lost, says so.
 */
export function revokeReplaced(engine: Engine): JobHandler {
  return async ({ job, lease }, signal) => {
    const { store, clock } = engine;
    const version = await store.versions.find(job.subject);
    if (!version?.revocation || version.revokedAt !== null) return null;
    const { revocation } = version;
    const wanted: Wanted = { ...version, revocation };
    const now = clock.now();
    if (version.notAfter <= now) {
      await store.fenced(lease, tx => tx.versions.setRevocation(version.id, null));
      return null;
    }
    const holdup = await whatHoldsUp(engine, version);
    if (holdup) {
      await reportHoldup(engine, lease, wanted, explainHoldup(holdup, revocation.at, now));
      return now + Math.min(Math.max((now - revocation.at) / 10, seconds(1)), minutes(1));
    }
    try {
      await revokeAtCa(engine, version, revocation.reason);
    } catch (error) {
      if (signal.aborted) return clock.now();
      return refusedByCa(engine, lease, wanted, error);
    }
    await store.fenced(lease, tx => markRevoked(tx, version, revocation, clock.now()));
    return null;
  };
}

/** Null: the next version is served in its place. A target that can't be reached has it, as far as anyone can tell. */
async function whatHoldsUp({ store }: Engine, version: VersionRecord): Promise<Holdup | null> {
  const { id, currentVersionId, lastError } = await store.certificates.get(version.certificateId);
  if (currentVersionId === null || currentVersionId === version.id) return { step: 'issuance', error: lastError };
  const assignments = await store.assignments.ofCertificate(id);
  const latest = await store.deployments.latestOf(assignments.map(assignment => assignment.id));
  for (const assignment of assignments) {
    const deployment = latest.get(assignment.id);
    const isInstalled = deployment?.status === 'verified' || deployment?.status === 'unreachable';
    if (isInstalled && deployment.versionId === currentVersionId) continue;
    const { number = version.number + 1 } = (await store.versions.find(currentVersionId)) ?? {};
    const { name: target } = await store.targets.get(assignment.targetId);
    const error = deployment?.versionId === currentVersionId ? deployment.error : null;
    return { step: 'deployment', version: number, target, error };
  }
  return null;
}

/** Writes down, and tells, that there is no replacement yet; or that it is on its way again. */
async function reportHoldup(engine: Engine, lease: Lease, version: Wanted, message: string | null): Promise<void> {
  const { trouble: before } = version.revocation;
  if (message === null) {
    if (before !== null) await remember(engine, lease, version, null, false);
    return;
  }
  const { trouble, tell } = nextTrouble(before, 'replacement', message, engine.clock.now());
  if (tell || before?.message !== message) await remember(engine, lease, version, trouble, tell);
}

/** Returns when the CA is asked again. Even what only a person can mend is tried daily. */
async function refusedByCa(engine: Engine, lease: Lease, version: Wanted, error: unknown): Promise<Instant> {
  const { clock, log } = engine;
  const now = clock.now();
  const message = error instanceof Error ? error.message : String(error);
  const { trouble, tell } = nextTrouble(version.revocation.trouble, 'ca', message, now);
  const retry = decideRetry(error, trouble.attempts, null, now, clock.random);
  log.warn({ version: version.id, err: error }, 'The CA did not revoke a version that is to be revoked');
  await remember(engine, lease, version, trouble, tell);
  return retry.giveUp ? now + days(1) : retry.at;
}

/** Trouble that is told is an event as well. */
async function remember(
  { store, clock }: Engine,
  lease: Lease,
  version: Wanted,
  trouble: RevocationTrouble | null,
  tell: boolean,
): Promise<void> {
  await store.fenced(lease, async tx => {
    const { revocation, certificateId, number } = version;
    // Someone may have revoked it at once meanwhile.
    if (!(await tx.versions.find(version.id))?.revocation) return;
    await tx.versions.setRevocation(version.id, { ...revocation, trouble });
    if (!trouble || !tell) return;
    const certificate = await tx.certificates.get(certificateId);
    const { reason } = revocation;
    const atOnce = `certfleet certificate revoke ${certificate.name} --version ${number} --reason ${reason} --now`;
    const message =
      `Version ${number} of ${certificate.name} is to be revoked (${reason}) and is not: ${trouble.message} ` +
      `It is tried again by itself. To have it revoked at once, replaced or not: ${atOnce}`;
    await recordRevocation(tx, certificate, version, { reason, by: 'system' }, 'failed', message);
    await tellRevocationTrouble(tx, certificate, message, severityOfTrouble(reason), clock.now());
  });
}
