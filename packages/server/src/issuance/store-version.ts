import type { X509Certificate } from 'node:crypto';
import { AcmeInputError, type CertificateChain, certId } from '@certfleet/acme';
import { firstAriCheck } from '../domain/ari-schedule.js';
import { firstExpiryNotice } from '../domain/expiry-notices.js';
import { decideRenewal, type VersionFacts } from '../domain/renewal.js';
import { days, describeInstant, type Instant } from '../domain/time.js';
import { askRenewalInfoJob } from '../jobs/ask-renewal-info.js';
import { tellExpiringJob } from '../jobs/tell-expiring.js';
import { tellIssued } from '../notices/happenings.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { VersionRecord } from '../store/versions.js';
import { planDeployments } from './plan-deployments.js';
import { overtaken, type Run } from './run.js';

/**
 * Stores an issued chain as the certificate's current version, and with it, in one transaction, everything that follows
 * from it: the order is done, failures are forgotten, a deployment is pending for each assignment, the next renewal has
 * its moment. A crash leaves either none of it (the chain is downloaded again) or all of it.
 */
export async function storeVersion(run: Run, issued: CertificateChain, certificateUrl: string): Promise<void> {
  const { engine, lease, order, certificate } = run;
  const [leaf] = issued.certificates;
  const now = engine.clock.now();
  const facts = { notBefore: Date.parse(leaf.validFrom), notAfter: Date.parse(leaf.validTo), revokedAt: null };
  const ariCertId = ariCertIdOf(leaf);
  const noticeAt = firstExpiryNotice(facts);
  const ariCheckAt = ariCertId === null ? null : firstAriCheck(now, engine.clock.random);
  await engine.store.fenced(lease, async tx => {
    // Locked until the end of the transaction: a change comes before all of it or after all of it.
    if ((await tx.certificates.revision(certificate.id)) !== order.revision) overtaken();
    const policy = await tx.policies.renewalRule(certificate.policyId);
    const previous = await tx.versions.current(certificate.id);
    const version = await tx.versions.create({
      certificateId: certificate.id,
      keyId: order.keyId,
      accountId: order.accountId,
      serial: leaf.serialNumber.toLowerCase(),
      fingerprintSha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
      issuer: leaf.issuer.replaceAll('\n', ', '),
      chain: issued.chainPem,
      ariCertId,
      notBefore: facts.notBefore,
      notAfter: facts.notAfter,
    });
    if (previous) await tx.versions.markReplaced(previous.id, now);
    const done = { state: 'done', certificateUrl, versionId: version.id, waitsFor: null, error: null } as const;
    if (!(await tx.orders.advance(order, done))) overtaken();
    const renewal = decideRenewal(facts, null, policy, now, engine.clock.random);
    await tx.certificates.update(certificate.id, {
      currentVersionId: version.id,
      notAfter: facts.notAfter,
      failures: 0,
      failingSince: null,
      needsPerson: false,
      strikes: 0,
      lastError: null,
      lastErrorAt: null,
      lastProblem: null,
      renewAt: renewal.at,
      renewReason: renewal.reason,
      retryAt: previous && restUntil(previous, facts, certificate, now),
      waitsFor: null,
      ariChoice: null,
      ariCheckAt,
      ariFailures: 0,
      noticeAt,
      noticeStep: null,
    });
    // The one job that asks may be waiting for another certificate's turn.
    if (ariCheckAt !== null) await tx.jobs.enqueue({ ...askRenewalInfoJob, urgency: ariCheckAt, runAt: ariCheckAt });
    await tx.jobs.enqueue({ ...tellExpiringJob, urgency: noticeAt, runAt: noticeAt });
    await planDeployments(tx, certificate, version);
    await tellIssued(tx, certificate, version, previous, now);
    await tx.events.append({
      actor: 'system',
      action: 'certificate.issued',
      subject: `certificate:${certificate.name}`,
      outcome: 'succeeded',
      message: `Version ${version.number} of ${certificate.name} was issued, valid until ${describeInstant(facts.notAfter, now)}.`,
      detail: { version: version.number, serial: version.serial, replaces: order.replaces },
    });
  });
}

/**
 * Until when this version is not replaced by plan. Two renewals that nobody asked for are a day apart, or a tenth of a
 * shorter life: a CA whose every window is now, or whose certificates are antedated by half their life, would have us
 * renew without end, and exempts us from its limits for it. Null: nothing holds the next one up.
 */
function restUntil(
  previous: VersionRecord,
  { notBefore, notAfter }: VersionFacts,
  { renewReason }: CertificateRecord,
  now: Instant,
): Instant | null {
  if (renewReason === 'requested' || renewReason === 'changed' || renewReason === 'revoked') return null;
  const rest = Math.min(days(1), (notAfter - notBefore) / 10);
  return now - previous.createdAt < rest ? now + rest : null;
}

/** Null for a leaf that renewalInfo can't name: it has no authority key identifier (RFC 9773 §4.1). */
function ariCertIdOf(leaf: X509Certificate): string | null {
  try {
    return certId(leaf);
  } catch (error) {
    if (error instanceof AcmeInputError) return null;
    throw error;
  }
}
