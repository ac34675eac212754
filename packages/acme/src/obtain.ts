/**
 * The porcelain: from names to a checked chain in one call, and waiting for an order.
 *
 * Built of the plumbing in the other files and nothing else. Keeps no state: killed in between, the order is left to
 * expire. Who has to resume uses the plumbing and stores each step, as Certfleet's engine does.
 */
import type { KeyObject } from 'node:crypto';
import type { AccountSession } from './account.js';
import { type Authorization, authorizationProblem, fetchAuthorization } from './authorization.js';
import { type DownloadedCertificate, downloadCertificate } from './certificate.js';
import { type ChallengeType, respondToChallenge } from './challenge.js';
import { checkIssued } from './check-issued.js';
import { checkCsr, createCsr, parseCsr } from './csr.js';
import { explainInvalidOrder } from './invalid-order.js';
import {
  fetchOrder,
  finalizeOrder,
  type NewOrder,
  newOrder,
  type Order,
  type OrderReply,
  type OrderStatus,
  refusesReplaces,
} from './order.js';
import { type Presentation, presentationFor } from './presentation.js';
import { AcmeInputError, type AcmeProblem, AcmeProtocolError } from './problem.js';
import type { CallOptions } from './server.js';
import type { CertificateKey, Subject } from './x509.js';

/**
 * How patiently an order is looked at, in milliseconds. A Retry-After of the CA goes before both, unless it is shorter
 * than `firstMs`.
 */
export interface PollOptions {
  /** The wait before the first look. Default 500. */
  firstMs?: number;
  /** Waits grow by half each time up to this. Default 5 s. */
  maxMs?: number;
  /** Give up after this. Default 5 min. */
  deadlineMs?: number;
}

/** Steps of {@link obtainCertificate}, for people to watch. */
export type ObtainProgress =
  | { step: 'ordered'; order: Order; withoutReplaces?: AcmeProblem }
  | { step: 'presenting' | 'presented' | 'cleaned-up'; presentation: Presentation }
  | { step: 'clean-up-failed'; presentation: Presentation; error: unknown }
  | { step: 'validating' | 'finalizing' | 'processing' | 'downloading'; order: Order };

export interface ObtainRequest extends NewOrder, CallOptions {
  /** The certificate's key; or leave it out and bring a CSR. */
  key?: CertificateKey;
  /** A CSR in PEM or DER with exactly the identifiers of the order. */
  csr?: string | Uint8Array;
  /** Subject fields of the CSR that is made for `key`. */
  subject?: Subject;
  /** In order of preference. */
  challengeTypes: readonly ChallengeType[];
  /** Makes it visible, and resolves when the CA can see it. Called for all names at the same time. */
  present(presentation: Presentation, options: CallOptions): Promise<void>;
  /** Removes it. Called once for every `present` that was called, whatever came of it. */
  cleanUp(presentation: Presentation): Promise<void>;
  /** See {@link downloadCertificate}. */
  preferredRoot?: string;
  /** See {@link checkIssued}. */
  allowLeafOnly?: boolean;
  poll?: PollOptions;
  onProgress?: (progress: ObtainProgress) => void;
}

export interface ObtainedCertificate extends DownloadedCertificate {
  order: Order;
  /** The refusal because of which the order was made again without `replaces`. */
  withoutReplaces?: AcmeProblem;
  /** What could not be cleaned up, with the reason. The certificate is good all the same. */
  cleanUpFailures: { presentation: Presentation; error: unknown }[];
}

/**
 * Orders, proves, finalizes, downloads and checks. 5 + 2N requests for N names, and more while the CA is busy.
 *
 * Throws what the plumbing throws; {@link AcmeProblem} with the failed challenge's error when a name could not be
 * proven; {@link AcmeProtocolError} with fault `deadline` when the CA did not come to an end in time.
 */
export async function obtainCertificate(session: AccountSession, request: ObtainRequest): Promise<ObtainedCertificate> {
  const { csrDer, key } = await csrFor(request);
  const progress = request.onProgress ?? (() => undefined);
  const call = request.signal ? { signal: request.signal } : {};
  const { order: ordered, withoutReplaces } = await orderOrWithoutReplaces(session, request, call);
  progress({ step: 'ordered', order: ordered, ...(withoutReplaces && { withoutReplaces }) });

  let reply: OrderReply = { order: ordered };
  let cleanUpFailures: ObtainedCertificate['cleanUpFailures'] = [];
  if (reply.order.status === 'pending') {
    const { order: proven, ...rest } = await prove(session, ordered, request, progress, call);
    reply = { order: proven };
    ({ cleanUpFailures } = rest);
  }
  if (reply.order.status === 'ready') {
    progress({ step: 'finalizing', order: reply.order });
    reply = await finalizeOrder(session, reply.order, csrDer, call);
  }
  if (reply.order.status === 'processing') progress({ step: 'processing', order: reply.order });
  const order = await waitForOrder(session, reply, ['processing'], { ...request.poll, ...call });
  if (order.status !== 'valid') throw await explainInvalidOrder(session, order, call);

  progress({ step: 'downloading', order });
  const { preferredRoot } = request;
  const downloaded = await downloadCertificate(session, order.certificate, {
    ...call,
    ...(preferredRoot !== undefined && { preferredRoot }),
  });
  const expected = { key, identifiers: request.identifiers, now: session.server.clock.now() };
  checkIssued(downloaded, { ...expected, allowLeafOnly: request.allowLeafOnly ?? false }, order.certificate);
  return { ...downloaded, order, cleanUpFailures, ...(withoutReplaces && { withoutReplaces }) };
}

/**
 * Looks at an order again and again as long as it is in one of the given states.
 *
 * The order is polled, not its authorizations: one request instead of N, and the only thing that matters.
 */
export async function waitForOrder(
  session: AccountSession,
  from: OrderReply,
  whileStatus: readonly OrderStatus[],
  options: PollOptions & CallOptions = {},
): Promise<Order> {
  const { clock } = session.server;
  const firstMs = options.firstMs ?? 500;
  const maxMs = options.maxMs ?? 5_000;
  const deadline = clock.now() + (options.deadlineMs ?? 300_000);
  let { order, retryAfterMs } = from;
  for (let waitMs = firstMs; whileStatus.includes(order.status); waitMs = Math.min(waitMs * 1.5, maxMs)) {
    const left = deadline - clock.now();
    if (left <= 0) {
      throw new AcmeProtocolError(
        { operation: 'order', url: order.url },
        'deadline',
        `the CA left the order ${order.status} for ${options.deadlineMs ?? 300_000} ms. Look at the order again later, it may still be valid one day`,
      );
    }
    // Retry-After: 0 says nothing: taken at its word it would be a loop without a pause.
    const patience = retryAfterMs ? Math.max(retryAfterMs, firstMs) : waitMs;
    await clock.sleep(Math.min(patience, left), options.signal);
    ({ order, retryAfterMs } = await fetchOrder(session, order.url, options));
  }
  return order;
}

async function csrFor(request: ObtainRequest): Promise<{ csrDer: Uint8Array; key: KeyObject }> {
  const { key, csr } = request;
  if (key !== undefined && csr === undefined) {
    const csrDer = await createCsr({ ...request, key });
    return { csrDer, key: 'sign' in key ? key.publicKey : key };
  }
  if (csr === undefined || key !== undefined) throw new AcmeInputError('Pass either the certificate key or a CSR.');
  const parsed = parseCsr(csr);
  checkCsr(parsed, request.identifiers);
  return { csrDer: parsed.der, key: parsed.publicKey };
}

async function orderOrWithoutReplaces(
  session: AccountSession,
  request: NewOrder,
  call: CallOptions,
): Promise<OrderReply & { withoutReplaces?: AcmeProblem }> {
  try {
    return await newOrder(session, request, call);
  } catch (error) {
    if (request.replaces === undefined || !refusesReplaces(error)) throw error;
    const { replaces: _, ...without } = request;
    return { ...(await newOrder(session, without, call)), withoutReplaces: error as AcmeProblem };
  }
}

async function prove(
  session: AccountSession,
  order: Order,
  request: ObtainRequest,
  progress: (progress: ObtainProgress) => void,
  call: CallOptions,
): Promise<Pick<ObtainedCertificate, 'order' | 'cleanUpFailures'>> {
  const replies = await settleAll(order.authorizations.map(url => fetchAuthorization(session, url, call)));
  const pending = replies.map(reply => reply.authorization).filter(authorization => !isProven(authorization));
  const presentations = await settleAll(
    pending.map(authorization => presentationFor(session, authorization, request.challengeTypes)),
  );
  let proven: Order;
  const cleanUpFailures: ObtainedCertificate['cleanUpFailures'] = [];
  try {
    await settleAll(
      presentations.map(async presentation => {
        progress({ step: 'presenting', presentation });
        await request.present(presentation, call);
        progress({ step: 'presented', presentation });
      }),
    );
    await settleAll(
      presentations.map(presentation => respondToChallenge(session, { url: presentation.challengeUrl }, call)),
    );
    progress({ step: 'validating', order });
    proven = await waitForOrder(session, { order }, ['pending'], { ...request.poll, ...call });
  } finally {
    await Promise.all(
      presentations.map(async presentation => {
        try {
          await request.cleanUp(presentation);
          progress({ step: 'cleaned-up', presentation });
        } catch (error) {
          // Must hide neither the certificate nor the error that is on its way.
          cleanUpFailures.push({ presentation, error });
          progress({ step: 'clean-up-failed', presentation, error });
        }
      }),
    );
  }
  return { order: proven, cleanUpFailures };
}

/** Whether nothing has to be presented for it any more; throws why if it can't be proven at all. */
function isProven(authorization: Authorization): boolean {
  switch (authorization.status) {
    case 'valid':
      return true;
    case 'pending':
      return false;
    case 'invalid':
    case 'deactivated':
    case 'expired':
    case 'revoked':
      throw (
        authorizationProblem(authorization) ??
        new AcmeProtocolError(
          { operation: 'authorization', url: authorization.url },
          'malformed',
          `the authorization of ${authorization.identifier.value} in a new order is ${authorization.status}. Order again`,
        )
      );
  }
}

/**
 * All results, or the first failure, but not before everything has ended: nothing is left running behind the caller.
 */
async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map(outcome => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
