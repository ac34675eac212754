import { decideExpiryNotice, type ExpiryFacts, explainExpiry } from '../domain/expiry-notices.js';
import { hours, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { tell } from '../notices/tell.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { JobHandler } from './scheduler.js';

/** Kind and subject of the one job that tells of what is about to expire. */
export const tellExpiringJob = { kind: 'tell-expiring', subject: 'all', lock: 'tell-expiring' } as const;

/** Certificates that are decided about in one transaction, between which others can write. */
const batchSize = 100;
/** At least so often: a restored backup brings certificates along without a word. */
const longest = hours(1);

/** Decides about the certificates whose moment has come, and reads no others. */
export function tellExpiring({ store, clock }: Engine): JobHandler {
  return async (_, signal): Promise<Instant> => {
    while (!signal.aborted) {
      const due = await store.certificates.dueForNotice(clock.now(), batchSize);
      if (due.length === 0) break;
      await store.transaction(async tx => {
        await tx.certificates.lock('id', due);
        for (const id of due) await decide(tx, await tx.certificates.find(id), clock.now());
      });
    }
    const next = (await store.certificates.nextNoticeAt()) ?? Number.POSITIVE_INFINITY;
    return signal.aborted ? clock.now() : Math.min(next, clock.now() + longest);
  };
}

async function decide(tx: Store, certificate: CertificateRecord | undefined, now: Instant): Promise<void> {
  // It may have been deleted, or renewed, since it was found to be due.
  if (!certificate || certificate.noticeAt === null || certificate.noticeAt > now) return;
  const { id, name, noticeStep, lastError } = certificate;
  const version = await tx.versions.current(id);
  if (!version) return tx.certificates.update(id, { noticeAt: null });
  const facts: ExpiryFacts = { ...version, told: noticeStep, renewal: renewalOf(certificate) };
  const decision = decideExpiryNotice(facts, now);
  await tx.certificates.update(id, {
    noticeAt: decision.nextAt,
    ...(decision.tell ? { noticeStep: decision.tell.step } : {}),
  });
  if (!decision.tell) return;
  const { kinds, severity } = decision.tell;
  await tell(tx, certificate, { kinds, severity, message: explainExpiry(name, facts, lastError, now) }, now);
}

/** Null of an imported one. */
function renewalOf({ policyId, renewAt, failures }: CertificateRecord): ExpiryFacts['renewal'] {
  return policyId === null ? null : { at: renewAt, failures };
}
