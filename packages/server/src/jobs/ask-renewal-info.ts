import { setTimeout as pause } from 'node:timers/promises';
import { AcmeInputError, fetchRenewalInfo, type RenewalInfo } from '@certfleet/acme';
import { nextAriCheck, renewalInfoBudget } from '../domain/ari-schedule.js';
import { decideRenewal } from '../domain/renewal.js';
import { describeInstant, minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type AcmeCertificate, type CertificateRecord, isAcme } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';
import { enqueueKeepValid } from './enqueue.js';
import type { JobHandler } from './scheduler.js';

/** Kind and subject of the one job that asks about all certificates. */
export const askRenewalInfoJob = { kind: 'ask-renewal-info', subject: 'all', lock: 'ask-renewal-info' } as const;

/** Certificates that are read from the store at a time. */
const batchSize = 50;
/** A CA that is slow to answer must not keep the questions to the others waiting. */
const mostUnderWay = 32;
/** Without any certificate that is to be asked about, how long until the next look. */
const idle = minutes(10);

/**
 * Asks the CAs' renewalInfo (RFC 9773) about the certificates whose turn it is, a few a second, and moves their
 * renewals to what the answers say. It reads only what is due, by index; a CA that fails holds nothing up.
 */
export function askRenewalInfo(engine: Engine): JobHandler {
  return async (_, signal) => {
    const { store, clock } = engine;
    const underWay = new Map<string, Promise<void>>();
    const failures: unknown[] = [];
    while (!signal.aborted && failures.length === 0) {
      const due = await store.certificates.dueForAriCheck(clock.now(), batchSize + underWay.size);
      const next = due.filter(({ id }) => !underWay.has(id));
      if (next.length === 0 && underWay.size === 0)
        return (await store.certificates.nextAriCheckAt()) ?? clock.now() + idle;
      if (next.length === 0) await Promise.race(underWay.values());
      for (const certificate of next) {
        if (signal.aborted) break;
        if (underWay.size >= mostUnderWay) await Promise.race(underWay.values());
        const asked = askAbout(engine, certificate, signal)
          .catch(error => void failures.push(error))
          .finally(() => underWay.delete(certificate.id));
        underWay.set(certificate.id, asked);
        await pause(renewalInfoBudget.per / renewalInfoBudget.count);
      }
    }
    await Promise.all(underWay.values());
    if (failures.length > 0) throw failures[0];
    return clock.now();
  };
}

async function askAbout(engine: Engine, certificate: CertificateRecord, signal: AbortSignal): Promise<void> {
  const { store, clock } = engine;
  const { currentVersionId } = certificate;
  const version = currentVersionId === null ? undefined : await store.versions.find(currentVersionId);
  const account = version?.accountId ? await store.accounts.find(version.accountId) : undefined;
  if (!version?.ariCertId || !account) {
    await ifStillCurrent(store, certificate, tx => tx.certificates.update(certificate.id, { ariCheckAt: null }));
    return;
  }
  let answer: RenewalInfo;
  try {
    const server = engine.cas.server(account.directoryUrl, account.caCertificate);
    answer = await fetchRenewalInfo(server, version.ariCertId, { signal });
  } catch (error) {
    // The server stops: no answer was waited for, and the next start asks.
    if (signal.aborted) return;
    // A CA without renewalInfo is not asked again before the next version. Any other failure is asked about later.
    const failures = certificate.ariFailures + 1;
    const never = error instanceof AcmeInputError;
    const ariCheckAt = never ? null : nextAriCheck(version, { kind: 'failed', failures }, clock.now(), clock.random);
    engine.log.info({ certificate: certificate.name, err: error }, 'The CA did not answer about the renewal');
    await ifStillCurrent(store, certificate, tx =>
      tx.certificates.update(certificate.id, { ariCheckAt, ariFailures: failures }),
    );
    return;
  }
  await ifStillCurrent(store, certificate, (tx, now) => apply(engine, tx, now, version, answer));
}

/**
 * It may have been renewed or deleted while the CA was asked. Then what came of asking is about a version that is no
 * longer the current one, and nothing is written.
 */
function ifStillCurrent(
  store: Store,
  { id, currentVersionId }: CertificateRecord,
  write: (tx: Store, now: AcmeCertificate) => Promise<void>,
): Promise<void> {
  return store.transaction(async tx => {
    const now = await tx.certificates.find(id);
    if (now && isAcme(now) && now.currentVersionId === currentVersionId) await write(tx, now);
  });
}

/** Stores what the answer says about the renewal, and moves the job if that is earlier than it was. */
async function apply(
  engine: Engine,
  tx: Store,
  certificate: AcmeCertificate,
  version: VersionRecord,
  answer: RenewalInfo,
): Promise<void> {
  const now = engine.clock.now();
  const { random } = engine.clock;
  const policy = await tx.policies.renewalRule(certificate.policyId);
  const window = answer.answer === 'window' ? { start: answer.start.getTime(), end: answer.end.getTime() } : null;
  const renewal = decideRenewal(version, window && { window, choice: certificate.ariChoice }, policy, now, random);
  const requested = certificate.renewReason === 'requested' || certificate.renewReason === 'changed';
  await tx.certificates.update(certificate.id, {
    ariChoice: renewal.choice,
    ariCheckAt: nextAriCheck(version, { kind: 'answered', retryAfter: answer.retryAfterMs }, now, random),
    ariFailures: 0,
    ...(requested ? {} : { renewAt: renewal.at, renewReason: renewal.reason }),
  });
  if (requested || renewal.at === certificate.renewAt) return;
  await enqueueKeepValid(tx, certificate, Math.max(renewal.at, certificate.retryAt ?? 0));
  // The first window that a CA names for a version is no news: it only replaces what its lifetime had said until then.
  const wasOfCa = certificate.ariChoice !== null;
  const isEarlier = certificate.renewAt !== null && renewal.at < certificate.renewAt;
  if (renewal.reason === 'ari-window-past' || (wasOfCa && isEarlier)) {
    await tx.events.append({
      actor: 'system',
      action: 'certificate.renewal-moved',
      subject: `certificate:${certificate.name}`,
      outcome: 'succeeded',
      message: `The CA wants ${certificate.name} renewed earlier than planned: ${describeInstant(renewal.at, now)}.`,
      detail: { renewAt: new Date(renewal.at).toISOString(), reason: renewal.reason },
    });
  }
}
