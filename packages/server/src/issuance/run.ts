import { type AccountSession, fetchOrder, type Order, type OrderReply } from '@certfleet/acme';
import { unreachable } from '../domain/errors.js';
import { days, hours, type Instant, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { AcmeCertificate } from '../store/certificates.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { Store } from '../store/index.js';
import type { Lease } from '../store/jobs.js';
import type { OrderPatch, OrderRecord } from '../store/orders.js';
import type { ChosenSolver } from './choose-solver.js';

/** The order can't lead to a certificate any more: it is given up, and another one may be tried. */
export class OrderLost extends Error {
  override readonly name = 'OrderLost';
}

/** What the steps of one order share. `live` saves asking the CA for what it has just said. */
export interface Run {
  readonly engine: Engine;
  readonly lease: Lease;
  readonly certificate: AcmeCertificate;
  /** Signs with `keyId`: the account's key, which may be replaced while the order runs. */
  session: AccountSession;
  keyId: string;
  readonly signal: AbortSignal;
  /** What proves each name, if the order was planned just now. */
  readonly solvers: ReadonlyMap<string, ChosenSolver> | null;
  order: OrderRecord;
  live: OrderReply | null;
  /** What this process has presented since it took the order up; null: nothing yet. */
  presented: readonly ChallengeRecord[] | null;
  /** Since when the CA is expected to do something. */
  waitsSince: Instant;
}

/** What a step came to: on to the next one, a stored version, or the CA wants time, or a person is waited for. */
export type Step = 'next' | 'issued' | { waitsFor: string; onPerson?: boolean };

/** What a CA that names no end gives an order at the most; Let's Encrypt's live for 7 days. */
const longestLife = days(7);
const shortestLife = hours(1);

/**
 * When an order leads nowhere any more: RFC 8555 §7.1.3's "expires". Our clock may be ahead of the CA's: one that has
 * just been made gets its time in any case.
 */
export function endOf({ expiresAt, createdAt }: OrderRecord): Instant {
  return Math.max(expiresAt ?? createdAt + longestLife, createdAt + shortestLife);
}

/**
 * The certificate was changed or revoked, or the order given up, while it ran: what it leads to is not wanted any more.
 */
export function overtaken(): never {
  throw new OrderLost('The certificate or its account was changed while this order was running.');
}

/**
 * Writes an outcome or an intent, unless this process has lost its lease meanwhile. Throws {@link OrderLost} when the
 * certificate has been changed or the order given up: someone may do that at any moment, and it must not write over it.
 */
export async function save(run: Run, patch: OrderPatch, alongWith?: (tx: Store) => Promise<void>): Promise<void> {
  const { engine, certificate } = run;
  const { state } = run.order;
  run.order = await engine.store.fenced(run.lease, async tx => {
    await alongWith?.(tx);
    return (await tx.orders.advance(run.order, patch)) ?? overtaken();
  });
  run.waitsSince = run.order.updatedAt;
  if (run.order.state === state) return;
  const message = describeStep(run.order.state);
  engine.progress.report({ subject: `certificate:${certificate.name}`, step: run.order.state, message });
}

function describeStep(state: OrderRecord['state']): string {
  switch (state) {
    case 'new':
      return 'Key and order are written down.';
    case 'created':
      return 'The CA has taken the order.';
    case 'presenting':
      return 'Presenting the challenges.';
    case 'validating':
      return 'The CA is validating.';
    case 'finalizing':
      return 'All names are proven; asking for the certificate.';
    case 'done':
      return 'Checked and stored.';
    case 'failed':
      return 'The order has failed.';
    case 'abandoned':
      return 'The order was given up.';
    default:
      return unreachable(state);
  }
}

/** The order as the CA has it: what it has just said, else asked. */
export async function liveOrder(run: Run): Promise<Order> {
  if (run.order.url === null) throw new Error(`Order ${run.order.id} is ${run.order.state} without a URL.`);
  run.live ??= await fetchOrder(run.session, run.order.url, { signal: run.signal });
  return run.live.order;
}

/** Waits up to this long are sat out in the job, since putting it back and taking it again would cost more. */
export const longestWaitInside = seconds(2);
