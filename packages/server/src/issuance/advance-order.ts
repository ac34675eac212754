import { setTimeout as pauseFor } from 'node:timers/promises';
import { checkIssued, downloadCertificate, finalizeOrder, newOrder, refusesReplaces } from '@certfleet/acme';
import { unreachable } from '../domain/errors.js';
import { type Instant, minutes, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { AccountRecord } from '../store/accounts.js';
import type { AcmeCertificate } from '../store/certificates.js';
import type { Lease } from '../store/jobs.js';
import type { OrderRecord } from '../store/orders.js';
import type { ChosenSolver } from './choose-solver.js';
import { withPresentKey } from './present-key.js';
import { awaitValidation, intendChallenges, presentAndRespond, whyInvalid } from './prove.js';
import { endOf, liveOrder, longestWaitInside, OrderLost, type Run, type Step, save } from './run.js';
import { storeVersion } from './store-version.js';

/*
 * One order from its row to a stored version. Each step has its intent in the store before it touches the outside and
 * its outcome after it, so that this can be killed between any two and called again: docs/issuance-cycle.md says what
 * each such crash leaves behind and how the next call finds it.
 */

/** An order, and what proves its names if that has just been found out: else it is, when it is needed. */
export interface PlannedOrder {
  order: OrderRecord;
  account: AccountRecord;
  solvers: ReadonlyMap<string, ChosenSolver> | null;
}

/** Where an order stands: issued and stored, or it waits until then at the latest, and is looked at again `lookAt`. */
export type Progress = { outcome: 'issued' } | { outcome: 'waits'; until: Instant; lookAt: Instant; reason: string };

/** Milliseconds until the first look after something was asked of the CA; each further wait is longer. */
const firstPoll = 20;
/** A CA that has taken longer is not polled any more, but asked now and then. */
const pollingPatience = seconds(20);
/** The longest that an order waits for the next look, unless the CA asks for more. */
const longestPause = minutes(10);

/**
 * Brings an order forward until it is issued or has to wait. Throws {@link OrderLost} when it is beyond hope, and what
 * the CA, a solver or the store threw when the same step may work later.
 */
export async function advanceOrder(
  engine: Engine,
  lease: Lease,
  certificate: AcmeCertificate,
  { order, account, solvers }: PlannedOrder,
  signal: AbortSignal,
): Promise<Progress> {
  const session = await engine.cas.session(account);
  const { keyId } = account;
  const fresh = { solvers, live: null, presented: null, waitsSince: order.updatedAt };
  const run: Run = { engine, lease, certificate, session, keyId, signal, order, ...fresh };
  let wait = firstPoll;
  for (;;) {
    const step = await withPresentKey(run, () => takeStep(run));
    if (step === 'issued') return { outcome: 'issued' };
    const now = engine.clock.now();
    if (step === 'next') {
      wait = firstPoll;
      signal.throwIfAborted();
      continue;
    }
    const pause = Math.max(run.live?.retryAfterMs ?? 0, wait);
    run.live = null;
    if (now > endOf(run.order))
      throw new OrderLost(`${step.waitsFor} The order has expired; another one will be tried.`);
    if (step.onPerson) {
      // Whoever it is wakes the job. It looks now and then whether the names are to be proven in another way by now.
      const until = endOf(run.order);
      return { outcome: 'waits', until, lookAt: Math.min(now + longestPause, until), reason: step.waitsFor };
    }
    const waited = now - run.waitsSince;
    if (pause > longestWaitInside || waited > pollingPatience || signal.aborted) {
      const rest = Math.min(Math.max(waited / 4, seconds(5)), longestPause);
      const until = now + Math.max(pause, rest);
      return { outcome: 'waits', until, lookAt: until, reason: step.waitsFor };
    }
    await pauseFor(pause);
    wait = Math.min(wait * 1.6, longestWaitInside);
  }
}

function takeStep(run: Run): Promise<Step> {
  const { state } = run.order;
  switch (state) {
    case 'new':
      return create(run);
    case 'created':
      return intendChallenges(run);
    case 'presenting':
      return presentAndRespond(run);
    case 'validating':
      return awaitValidation(run);
    case 'finalizing':
      return finalize(run);
    case 'done':
      return Promise.resolve('issued');
    case 'failed':
    case 'abandoned':
      throw new OrderLost(run.order.error ?? `The order was ${state}.`);
    default:
      return unreachable(state);
  }
}

/**
 * newOrder (RFC 8555 §7.4). Killed after the CA took it and before its URL is stored, the order is forgotten: the CA
 * lets it expire, or gives it again for the same identifiers, and nothing was presented or finalized for it.
 */
async function create(run: Run): Promise<Step> {
  const { certificate, order, session, engine, signal } = run;
  const { profile, replaces } = order;
  try {
    run.live = await newOrder(
      session,
      {
        identifiers: certificate.identifiers.map(({ type, value }) => ({ type, value })),
        ...(profile === null ? {} : { profile }),
        ...(replaces === null ? {} : { replaces }),
      },
      { signal },
    );
  } catch (error) {
    if (replaces === null || !refusesReplaces(error)) throw error;
    // RFC 9773 §5: it was replaced already, or the CA doesn't know it. The order is made as if for a new certificate.
    engine.log.info({ certificate: certificate.name, err: error }, 'The CA refused "replaces"; ordering without it');
    await save(run, { replaces: null });
    return 'next';
  }
  const { url, finalize, expires } = run.live.order;
  const expiresAt = expires === undefined ? null : Date.parse(expires);
  await save(run, { state: 'created', url, finalizeUrl: finalize, expiresAt });
  return 'next';
}

/**
 * finalize (RFC 8555 §7.4), with the CSR that was stored before the order was made. Killed after the CA took it, the
 * order is found processing or valid by the next call: it is not finalized again.
 */
async function finalize(run: Run): Promise<Step> {
  const { engine, session, signal, order } = run;
  const live = await liveOrder(run);
  switch (live.status) {
    case 'pending':
      // An authorization ended between being valid and now: the names have to be proven again.
      throw new OrderLost(
        'The order fell back from ready to pending: an authorization has expired. Another one is tried.',
      );
    case 'ready':
      run.live = await finalizeOrder(session, live, Buffer.from(order.csr, 'base64'), { signal });
      run.waitsSince = engine.clock.now();
      return run.live.order.status === 'processing' ? issuing : 'next';
    case 'processing':
      return issuing;
    case 'valid':
      return download(run, live.certificate);
    case 'invalid':
      throw await whyInvalid(run, live);
    default:
      return unreachable(live);
  }
}

const issuing: Step = { waitsFor: 'The CA is issuing.' };

/** Nothing goes on from here that has not been checked: our key, our names, a complete chain. */
async function download(run: Run, certificateUrl: string): Promise<Step> {
  const { engine, session, signal, order, certificate } = run;
  const issued = await downloadCertificate(session, certificateUrl, { signal });
  const { publicKey } = await engine.store.keys.get(order.keyId);
  checkIssued(
    issued,
    {
      key: Buffer.from(publicKey, 'base64'),
      identifiers: certificate.identifiers,
      now: engine.clock.now(),
    },
    certificateUrl,
  );
  await storeVersion(run, issued, certificateUrl);
  return 'issued';
}
