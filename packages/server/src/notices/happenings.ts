import type { NoticeSeverity } from '@certfleet/contract';
import { severityOfFailure } from '../domain/expiry-notices.js';
import { describeInstant, type Instant } from '../domain/time.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';
import { type ToldCertificate, tell } from './tell.js';

/** A version was issued: for the first time, or in the place of `previous`. */
export async function tellIssued(
  tx: Store,
  certificate: ToldCertificate,
  version: VersionRecord,
  previous: VersionRecord | null,
  now: Instant,
): Promise<void> {
  const { number, notAfter, accountId } = version;
  const otherKey = previous !== null && (await hasOtherKey(tx, version, previous));
  const what = `Version ${number} was ${previous ? 'issued in the place of the one before' : 'issued'}`;
  const happening = {
    kinds: [previous ? ('renewed' as const) : ('issued' as const), ...(otherKey ? (['new-key'] as const) : [])],
    severity: 'info' as const,
    message: `${what}, valid until ${describeInstant(notAfter, now)}.${otherKey ? ' It has a new key.' : ''}`,
  };
  await tell(tx, { ...certificate, notAfter }, happening, now, accountId ?? undefined);
}

/** The next version of an imported certificate came along. Whoever brought it knows; who pins its key may not. */
export async function tellImported(
  tx: Store,
  certificate: ToldCertificate,
  version: VersionRecord,
  previous: VersionRecord,
  now: Instant,
): Promise<void> {
  if (!(await hasOtherKey(tx, version, previous))) return;
  const message = `Version ${version.number} was imported. It has a new key.`;
  await tell(
    tx,
    { ...certificate, notAfter: version.notAfter },
    { kinds: ['new-key'], severity: 'info', message },
    now,
  );
}

/** The first attempt to issue has failed. When it gets close to notAfter and still fails, jobs/tell-expiring.ts tells. */
export async function tellIssuanceFailed(
  tx: Store,
  certificate: CertificateRecord,
  message: string,
  now: Instant,
): Promise<void> {
  const current = await tx.versions.current(certificate.id);
  const severity = severityOfFailure(current, now);
  await tell(tx, certificate, { kinds: ['failed'], severity, message }, now);
}

/** A deployment failed for the first time, or for the first time since what it is to replace is close to its end. */
export async function tellDeploymentFailed(
  tx: Store,
  certificate: CertificateRecord,
  version: VersionRecord,
  { attempts, lastAttemptAt }: { attempts: number; lastAttemptAt: Instant },
  message: string,
  now: Instant,
): Promise<void> {
  const replaced = await tx.versions.before(version);
  const severity = severityOfFailure(replaced, now);
  const becameClose = severity === 'critical' && severityOfFailure(replaced, lastAttemptAt) !== 'critical';
  if (attempts === 1 || becameClose) await tell(tx, certificate, { kinds: ['failed'], severity, message }, now);
}

/** Somebody has to present challenges by hand: until then nothing is issued. */
export async function tellNeedsPerson(
  tx: Store,
  certificate: ToldCertificate,
  message: string,
  now: Instant,
): Promise<void> {
  const severity = severityOfFailure(await tx.versions.current(certificate.id), now);
  await tell(tx, certificate, { kinds: ['needs-person'], severity, message }, now);
}

/** A version was revoked, or should be since its key is compromised. */
export async function tellRevoked(
  tx: Store,
  certificate: CertificateRecord,
  message: string,
  severity: NoticeSeverity,
  now: Instant,
): Promise<void> {
  await tell(tx, certificate, { kinds: ['revoked'], severity, message }, now);
}

/** A version that is to be revoked is not, since it can't be replaced or its CA refuses. */
export async function tellRevocationTrouble(
  tx: Store,
  certificate: CertificateRecord,
  message: string,
  severity: NoticeSeverity,
  now: Instant,
): Promise<void> {
  await tell(tx, certificate, { kinds: ['failed'], severity, message }, now);
}

async function hasOtherKey(tx: Store, version: VersionRecord, previous: VersionRecord): Promise<boolean> {
  if (version.keyId === previous.keyId) return false;
  // The same key may have come along twice, with two CSRs.
  return (await tx.keys.get(version.keyId)).publicKey !== (await tx.keys.get(previous.keyId)).publicKey;
}
