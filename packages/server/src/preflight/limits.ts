import type { PreflightFinding } from '@certfleet/contract';
import { peek } from '../domain/bucket.js';
import { decideOrder, limitsFor } from '../domain/rate-limits.js';
import { describeInstant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { asPlanned } from '../issuance/end-order.js';
import { finding } from './findings.js';
import type { Subject } from './subject.js';

/** Whether the CA's rate limits, as far as they are known here, have room for the order; and until when it waits. */
export async function checkLimits(engine: Engine, subject: Subject): Promise<PreflightFinding[]> {
  const { store, clock } = engine;
  const { account, certificate, identifiers } = subject;
  if (account === null || identifiers.length === 0) return [];
  const now = clock.now();
  const version = certificate === null ? null : await store.versions.current(certificate.id);
  // As issuance/start-order.ts: only the account that a certificate was issued to can replace it.
  const replaces = version?.accountId === account.id ? version.ariCertId : null;
  const planned = asPlanned(
    { ariChoice: certificate?.ariChoice ?? null, identifiers },
    version,
    { accountId: account.id, replaces },
    now,
  );
  const limits = engine.rateLimits(account.directoryUrl);
  const { needsRoomIn } = limitsFor(planned, limits);
  const buckets = await store.rateBuckets.read(
    account.directoryUrl,
    needsRoomIn.map(({ bucket }) => bucket),
  );
  const decision = decideOrder(needsRoomIn, limits, buckets, now);
  const left = needsRoomIn.flatMap(({ limit, bucket }) => {
    const known = limits[limit];
    return known === null ? [] : [peek(buckets.get(bucket) ?? null, known, now).left];
  });
  const room =
    left.length === 0
      ? 'No limit of the CA that is known here applies.'
      : `The CA's limits have room for ${Math.min(...left)} more such orders.`;
  return [
    decision.allowed ? finding('limits', null, 'ok', room) : finding('limits', null, 'warning', `${decision.reason}.`),
    ...aboutWait(),
  ];

  function aboutWait(): PreflightFinding[] {
    if (certificate === null || certificate.retryAt === null || certificate.retryAt <= now) return [];
    const why = certificate.waitsFor ?? `It failed: ${certificate.lastError ?? 'nobody knows why'}`;
    const next = `The next attempt is at ${describeInstant(certificate.retryAt, now)}.`;
    return [finding('limits', null, 'warning', `${why} ${next}`)];
  }
}

/** Other certificates with the same names: CAs limit how many they issue. */
export async function checkDuplicates({ store }: Engine, subject: Subject): Promise<PreflightFinding[]> {
  const { certificate, identifiers } = subject;
  if (identifiers.length === 0) return [];
  const same = await store.certificates.withSameNames(identifiers.map(({ value }) => value));
  const others = same.filter(name => name !== certificate?.name);
  if (others.length === 0) return [finding('duplicates', null, 'ok', 'No other certificate has these very names.')];
  const message = `${others.join(', ')} ${others.length === 1 ? 'has' : 'have'} these very names already.`;
  return [finding('duplicates', null, 'warning', message, 'Assign that one to more targets: CAs limit duplicates.')];
}
