import type { Certificate, Pause, PendingRevocation, Version } from '@certfleet/contract';
import type { Instant } from '../domain/time.js';
import type { CertificateDetail } from '../store/certificate-list.js';
import type { PendingRevocation as StoredRevocation, VersionDetail } from '../store/versions.js';
import { renewalOf, whyPaused } from './show-renewal.js';

/** A certificate as the API shows it. */
export function toCertificate(detail: CertificateDetail, now: Instant, paused: Pause | null): Certificate {
  return {
    id: detail.id,
    name: detail.name,
    source: detail.policyId === null ? 'imported' : 'acme',
    identifiers: detail.identifiers.map(({ type, value, solver }) => ({ type, value, solver })),
    subject: detail.subject,
    policy: detail.policy,
    keyAlgorithm: detail.keyAlgorithm as Certificate['keyAlgorithm'],
    keyOnRenewal: detail.keyOnRenewal,
    signatureAlgorithm: detail.signatureAlgorithm,
    profile: detail.profile,
    keystore:
      detail.keystoreType === null ? null : { type: detail.keystoreType, hasPassword: detail.hasKeystorePassword },
    labels: detail.labels,
    status: detail.status,
    health: detail.health,
    request: detail.request,
    version: detail.version && toVersion(detail.version),
    toBeRevoked: detail.toBeRevoked.map(({ version, ...wish }) => ({ version, ...toPendingRevocation(wish) })),
    servedUntil: detail.servedUntil === null ? null : iso(detail.servedUntil),
    issuance: issuanceOf(detail, paused),
    renewal: renewalOf(detail, now, paused),
    lastError:
      detail.lastError === null || detail.lastErrorAt === null
        ? null
        : {
            message: detail.lastError,
            at: iso(detail.lastErrorAt),
            attempts: detail.failures,
            problem: detail.lastProblem,
          },
    assignments: detail.assignments,
    virtualServices: detail.virtualServices,
    createdAt: iso(detail.createdAt),
    updatedAt: iso(detail.updatedAt),
  };
}

/** A version as the API shows it. */
export function toVersion(version: VersionDetail): Version {
  return {
    id: version.id,
    number: version.number,
    serial: version.serial,
    fingerprintSha256: version.fingerprintSha256,
    issuer: version.issuer,
    notBefore: iso(version.notBefore),
    notAfter: iso(version.notAfter),
    keyAlgorithm: version.keyAlgorithm as Version['keyAlgorithm'],
    account: version.account,
    revokedAt: version.revokedAt === null ? null : iso(version.revokedAt),
    revocation: version.revocation && toPendingRevocation(version.revocation),
    createdAt: iso(version.createdAt),
  };
}

function toPendingRevocation({ reason, by, at, trouble }: StoredRevocation): PendingRevocation {
  return { reason, by, at: iso(at), trouble: trouble && { message: trouble.message, since: iso(trouble.since) } };
}

function issuanceOf({ order, failures }: CertificateDetail, paused: Pause | null): Certificate['issuance'] {
  if (!order) return null;
  return {
    step: order.state,
    account: order.account,
    attempt: failures + 1,
    since: iso(order.createdAt),
    stepSince: iso(order.updatedAt),
    waitsUntil: order.waitsUntil === null ? null : iso(order.waitsUntil),
    reason: paused ? whyPaused(paused) : order.waitsFor,
    needsPerson: order.needsPerson,
  };
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
