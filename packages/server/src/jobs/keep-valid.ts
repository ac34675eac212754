import { AcmeProblem, AcmeProtocolError } from '@certfleet/acme';
import { afterFailure, chooseAccount, type PassedTurn, passOver } from '../domain/account-choice.js';
import { afterUses, failureOf } from '../domain/rate-limits.js';
import { decideRetry, explainRetry, type Retry, refusesForGood, retryWithNextAccount } from '../domain/retry.js';
import { days, describeInstant, hours, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { advanceOrder, type PlannedOrder } from '../issuance/advance-order.js';
import { caProblem } from '../issuance/ca-problem.js';
import { forbiddenByCaa } from '../issuance/caa.js';
import { endOrder } from '../issuance/end-order.js';
import { giveUpOld, recordTakenAway, takeAway } from '../issuance/presentations.js';
import { endOf, OrderLost } from '../issuance/run.js';
import { isIssuing, runningOrder } from '../issuance/running-order.js';
import { startOrder } from '../issuance/start-order.js';
import { tellIssuanceFailed } from '../notices/happenings.js';
import type { AccountRecord } from '../store/accounts.js';
import { type AcmeCertificate, isAcme } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { Lease } from '../store/jobs.js';
import type { OrderRecord } from '../store/orders.js';
import { urgencyOf } from './enqueue.js';
import type { JobHandler } from './scheduler.js';

/**
 * Keeps one certificate valid: the job that every certificate with a policy has for as long as it exists. It goes on
 * with the running order if there is one, starts one if one is due, and else says when one will be.
 */
export function keepValid(engine: Engine): JobHandler {
  return async ({ job, lease }, signal) => {
    const certificate = await engine.store.certificates.find(job.subject);
    if (!certificate || !isAcme(certificate)) return null;
    let again: Instant | null;
    try {
      again = await bringForward(engine, lease, certificate, signal).catch(error => {
        signal.throwIfAborted();
        return recordFailure(engine, lease, certificate, error, signal);
      });
    } catch (error) {
      // No failure: after the server's stop the next start goes on from the stored step.
      if (signal.aborted) return engine.clock.now();
      throw error;
    }
    const timing = await engine.store.certificates.timing(certificate.id);
    if (!timing) return null;
    const due = again ?? whenDue(timing, engine.clock.now());
    return { runAt: await cleanUpLeftOver(engine, lease, certificate, due, signal), urgency: urgencyOf(timing) };
  };
}

/** Returns when to look again; null when a version was stored, whose renewal says it. */
async function bringForward(
  engine: Engine,
  lease: Lease,
  certificate: AcmeCertificate,
  signal: AbortSignal,
): Promise<Instant | null> {
  const { store } = engine;
  const planned = (await runningOrder(engine, lease, certificate)) ?? (await nextOrder(engine, lease, certificate));
  if ('until' in planned) return planned.until;

  const progress = await advanceOrder(engine, lease, certificate, planned, signal);
  if (progress.outcome === 'issued') return null;
  await store.fenced(lease, async tx => {
    await tx.orders.wait(planned.order.id, progress.reason, progress.until);
    // It says of a wait that is over why it was.
    if (certificate.waitsFor !== null) await tx.certificates.update(certificate.id, { waitsFor: null });
  });
  return progress.lookAt;
}

/** Takes away what finished orders have left behind; what can't be now is looked at again within the hour, for a week. */
async function cleanUpLeftOver(
  engine: Engine,
  lease: Lease,
  certificate: AcmeCertificate,
  next: Instant,
  signal: AbortSignal,
): Promise<Instant> {
  const { store, clock } = engine;
  const left = await store.challenges.leftOver(certificate.id);
  if (left.length === 0) return next;
  const taken = await takeAway(engine, left, signal);
  // The next start goes on with it.
  if (signal.aborted) return clock.now();
  await store.fenced(lease, async tx => {
    await recordTakenAway(tx, certificate, taken, clock.now());
    await giveUpOld(tx, certificate, left, taken, clock.now());
  });
  if (taken.failure === null) return next;
  return Math.min(next, clock.now() + hours(1));
}

async function nextOrder(
  engine: Engine,
  lease: Lease,
  certificate: AcmeCertificate,
): Promise<PlannedOrder | { until: Instant }> {
  const now = engine.clock.now();
  const due = whenDue(certificate, now);
  if (due > now) return { until: due };
  const start = await startOrder(engine, lease, certificate);
  if ('until' in start) {
    await engine.store.fenced(lease, tx => tx.certificates.update(certificate.id, { waitsFor: start.reason }));
  }
  return start;
}

/** At once for one that was never issued, changed, or asked to be renewed; else at its renewal; never before `retryAt`. */
function whenDue({ renewAt, retryAt }: Pick<AcmeCertificate, 'renewAt' | 'retryAt'>, now: Instant): Instant {
  return Math.max(renewAt ?? now, retryAt ?? 0);
}

/**
 * Writes down what went wrong and when it is tried again, with the same order or, if that is lost or another account's turn
 * has come, with another. It is no failure when the certificate was changed meanwhile, or something that it uses was
 * repaired: the next look is now, gives up an order that is not wanted any more, and what failed may work.
 */
async function recordFailure(
  engine: Engine,
  lease: Lease,
  certificate: AcmeCertificate,
  error: unknown,
  signal: AbortSignal,
): Promise<Instant> {
  const { store, clock } = engine;
  const now = clock.now();
  const failures = certificate.failures + 1;
  const reason = reasonOf(error);
  const { strikes, takesOver, passes, passedOver, why } = await nextTurn(engine, certificate, reason, signal);
  const retry =
    takesOver === null
      ? decideRetry(reason, failures, certificate.notAfter, now, clock.random)
      : retryWithNextAccount(takesOver.name, now, clock.random);
  // Even what only a person can mend is looked at daily: the mending may happen where we don't see it.
  const retryAt = retry.giveUp ? now + days(1) : retry.at;
  const message = error instanceof Error ? error.message : String(error);
  const askedFor = !retry.giveUp && retry.reason === 'retry-after' && reason instanceof AcmeProblem;
  return store.fenced(lease, async tx => {
    // Asked first, since that locks the row: nobody can change or repair anything until the end of the transaction.
    if ((await tx.certificates.revision(certificate.id)) !== certificate.revision) return clock.now();
    const repaired = (await tx.certificates.timing(certificate.id))?.retryAt !== certificate.retryAt;
    const order = await tx.orders.active(certificate.id);
    if (order && (isLost(error, order, now) || (!repaired && (passes || needsAnother(error, retry))))) {
      await endOrder(engine, tx, certificate, order, { state: 'failed', error: message });
      await countFailures(engine, tx, order, error, now);
    }
    if (repaired) return clock.now();
    engine.log.warn({ certificate: certificate.name, err: error, retryAt: new Date(retryAt) }, 'Issuance failed');
    await tx.certificates.update(certificate.id, {
      failures,
      failingSince: certificate.failingSince ?? now,
      needsPerson: retry.giveUp,
      strikes,
      lastError: message,
      lastErrorAt: now,
      lastProblem: caProblem(reason),
      retryAt,
      // store/failing.ts knows by it which waits are not to be cut short.
      waitsFor: askedFor ? `The CA asked for a wait until ${describeInstant(retryAt, now)}.` : null,
    });
    await tx.events.append({
      actor: 'system',
      action: 'certificate.issuance-failed',
      subject: `certificate:${certificate.name}`,
      outcome: 'failed',
      message: `${message}\n${explainRetry(retry, failures, now)}.`,
      detail: { failures, retryAt: new Date(retryAt).toISOString(), needsPerson: retry.giveUp },
    });
    for (const account of passedOver) {
      await tx.events.append({
        actor: 'system',
        action: 'certificate.account-passed-over',
        subject: `certificate:${certificate.name}`,
        outcome: 'failed',
        message: `Account ${account.name} does not take over: ${why.get(account.id)}`,
        detail: { account: account.name },
      });
    }
    const told = `${message} ${explainRetry(retry, failures, now)}.`;
    if (failures === 1) await tellIssuanceFailed(tx, certificate, told, now);
    return retryAt;
  });
}

/** Also why accounts were passed over, by their ids, and whether the present order is given up. */
interface NextTurn extends PassedTurn<AccountRecord> {
  why: ReadonlyMap<string, string>;
  passes: boolean;
}

/**
 * Which account makes the next order, and whether the present order is given up for that: when it `passes` to another
 * account's turn, unless the first one's CA is issuing. A CA that refuses for good ends its account's turn at once. When
 * another account's turn comes, and only then, the DNS is asked which of the CAs may issue.
 */
async function nextTurn(
  engine: Engine,
  certificate: AcmeCertificate,
  reason: unknown,
  signal: AbortSignal,
): Promise<NextTurn> {
  const { store } = engine;
  const order = await store.orders.active(certificate.id);
  const { accountIds } = await store.policies.get(certificate.policyId);
  const accounts = await Promise.all(accountIds.map(id => store.accounts.get(id)));
  const refusedBy = refusesForGood(reason) ? (order?.accountId ?? null) : null;
  const planned = afterFailure(accounts, certificate.strikes, refusedBy);
  const before = order?.accountId ?? chooseAccount(accounts, certificate.strikes)?.id;
  const changes = chooseAccount(accounts, planned.strikes)?.id !== before;
  const valid = accounts.filter(({ status }) => status === 'valid');
  const why = changes ? await forbiddenByCaa(engine, certificate, valid, signal) : new Map<string, string>();
  const turn = passOver(accounts, planned, new Set(why.keys()));
  const next = chooseAccount(accounts, turn.strikes);
  const another = order !== null && next !== null && next.id !== order.accountId;
  return { ...turn, why, passes: another && !(await isIssuing(engine, order, signal)) };
}

/** What decides about trying again: behind a lost order there usually is the CA's problem. */
function reasonOf(error: unknown): unknown {
  return error instanceof OrderLost ? (error.cause ?? error) : error;
}

/** Whether going on with the same order is pointless: the CA ended it, no longer knows it, or issued the wrong thing. */
function isLost(error: unknown, order: OrderRecord, now: Instant): boolean {
  // The CA has not taken it: the next one is planned anew, perhaps with another account.
  if (order.state === 'new' || error instanceof OrderLost || now > endOf(order)) return true;
  if (error instanceof AcmeProtocolError) return error.fault === 'certificate';
  if (!(error instanceof AcmeProblem) || error.is('rateLimited') || error.is('userActionRequired')) return false;
  // A certificate that its order names, but that is not there, is there later.
  if (error.operation === 'certificate' && error.status === 404) return false;
  return error.status >= 400 && error.status < 500;
}

/**
 * Once a person has mended what this order met, the next one is planned with it; new terms are agreed to outside. One of
 * another account is another order.
 */
function needsAnother(error: unknown, retry: Retry): boolean {
  if (!retry.giveUp) return retry.reason === 'next-account';
  return !(error instanceof AcmeProblem && error.is('userActionRequired'));
}

/** The CA counts failed authorizations by identifier; so do we, to stop before it stops us. */
async function countFailures(
  engine: Engine,
  tx: Store,
  order: OrderRecord,
  error: unknown,
  now: Instant,
): Promise<void> {
  const problem = reasonOf(error);
  if (!(problem instanceof AcmeProblem)) return;
  const account = await tx.accounts.get(order.accountId);
  const limits = engine.rateLimits(account.directoryUrl);
  const uses = problem.identifiers.map(({ type, value }) =>
    failureOf(account.id, { type: type === 'ip' ? 'ip' : 'dns', value }),
  );
  const buckets = await tx.rateBuckets.get(
    account.directoryUrl,
    uses.map(({ bucket }) => bucket),
  );
  await tx.rateBuckets.put(account.directoryUrl, afterUses(uses, limits, buckets, now), now);
}
