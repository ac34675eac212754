import { certificateDetails, type Identifier, parseChain, parseCsr, sameIdentifiers } from '@certfleet/acme';
import { afterGivingBack, limitsFor, type PlannedOrder } from '../domain/rate-limits.js';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { OrderRecord } from '../store/orders.js';
import type { VersionRecord } from '../store/versions.js';

/** What is ordered, as far as the CA's rate limits care. */
type Orderable = Pick<CertificateRecord, 'ariChoice'> & { identifiers: readonly Identifier[] };

/** What the CA's rate limits see of an order: whether it renews, and whether as the CA suggested. */
export function asPlanned(
  { identifiers, ariChoice }: Orderable,
  version: VersionRecord | null,
  { accountId, replaces }: Pick<OrderRecord, 'accountId' | 'replaces'>,
  at: Instant,
): PlannedOrder {
  // Renewals within the window that the CA suggested are exempt from its limits (RFC 9773 §5 and the CA's own word).
  const inWindow = ariChoice !== null && ariChoice.windowStart <= at && at < ariChoice.windowEnd;
  const renewal = replaces !== null && inWindow ? 'ari-renewal' : 'renewal';
  return { account: accountId, identifiers, kind: renews(version, identifiers) ? renewal : 'first' };
}

/** Whether a version with the same names is there already. */
export function renews(version: VersionRecord | null, identifiers: readonly Identifier[]): boolean {
  if (version === null) return false;
  const [leaf] = parseChain(version.chain).certificates;
  return sameIdentifiers(certificateDetails(leaf).identifiers, identifiers);
}

/**
 * Ends an order that leads to no certificate. What it took of the limits on certificates is given back: CAs count those
 * that they issue. One that the CA never took is forgotten, and so is the key that was made for it.
 */
export async function endOrder(
  engine: Engine,
  tx: Store,
  certificate: CertificateRecord,
  order: OrderRecord,
  end: { state: 'failed' | 'abandoned'; error: string },
): Promise<void> {
  if (order.state === 'new') {
    await tx.orders.delete(order.id);
    await tx.keys.deleteUnused([order.keyId]);
  } else {
    await tx.orders.update(order.id, { ...end, waitsFor: null, waitsUntil: null });
  }
  const now = engine.clock.now();
  const { directoryUrl } = await tx.accounts.get(order.accountId);
  const limits = engine.rateLimits(directoryUrl);
  const version = await tx.versions.current(certificate.id);
  // The certificate may ask for other names by now; the CSR has those that were ordered.
  const { identifiers } = parseCsr(Buffer.from(order.csr, 'base64'));
  const planned = asPlanned({ ...certificate, identifiers }, version, order, order.createdAt);
  const { takes } = limitsFor(planned, limits);
  const ofCertificates = takes.filter(({ limit }) => limit !== 'newOrdersPerAccount');
  const buckets = await tx.rateBuckets.get(
    directoryUrl,
    ofCertificates.map(({ bucket }) => bucket),
  );
  await tx.rateBuckets.put(directoryUrl, afterGivingBack(ofCertificates, limits, buckets), now);
}
