import {
  AcmeProblem,
  AcmeProtocolError,
  AcmeTransportError,
  dns01Record,
  fetchOrder,
  keyAuthorization,
  type Signer,
} from '@certfleet/acme';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import type { AccountRecord } from '../store/accounts.js';
import type { AcmeCertificate } from '../store/certificates.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { Store } from '../store/index.js';
import type { Lease } from '../store/jobs.js';
import type { OrderRecord } from '../store/orders.js';
import type { PlannedOrder } from './advance-order.js';
import { isOpen } from './by-person.js';
import { type ChosenSolver, chooseSolvers } from './choose-solver.js';
import { endOrder } from './end-order.js';
import { endOf } from './run.js';

/**
 * The certificate's order to go on with; null when there is none, or none any more: what no longer fits is given up.
 */
export async function runningOrder(
  engine: Engine,
  lease: Lease,
  certificate: AcmeCertificate,
): Promise<PlannedOrder | null> {
  const { store } = engine;
  const order = await store.orders.active(certificate.id);
  if (!order) return null;
  const account = await store.accounts.get(order.accountId);
  const unproven = await whyUnproven(engine, order);
  const error = unproven ?? (await whyGivenUp(engine, certificate, order, account));
  if (error === null) return { order, account, solvers: null };
  await store.fenced(lease, async tx => {
    await endOrder(engine, tx, certificate, order, { state: 'abandoned', error });
    if (unproven !== null) await recordUnproven(tx, certificate, unproven);
  });
  return null;
}

/**
 * Why an order for which a person was waited for is over; null: it is not. That is no failure of its CA's: another one
 * begins at once, so that challenges stand whenever somebody comes.
 */
async function whyUnproven({ store, clock }: Engine, order: OrderRecord): Promise<string | null> {
  const end = endOf(order);
  if (order.state !== 'presenting' || clock.now() < end) return null;
  const open = (await store.challenges.uncleaned(order.id)).filter(isOpen);
  if (open.length === 0) return null;
  const names = [...new Set(open.map(({ identifier }) => identifier))].join(', ');
  return `Nobody presented and verified by hand what proves ${names} until the order ended at ${new Date(end).toISOString()}. Another order begins, with other challenges.`;
}

async function recordUnproven(tx: Store, { name }: AcmeCertificate, message: string): Promise<void> {
  const about = { action: 'certificate.challenges-expired', subject: `certificate:${name}` };
  await tx.events.append({ ...about, actor: 'system', outcome: 'failed', message });
}

/**
 * Why an order is not gone on with: the certificate asks for something else, its account can't be used or is no longer
 * the policy's, or its names are proven in another way by now. Once all are proven, the last two come too late: the CA
 * is about to issue what was asked for.
 */
async function whyGivenUp(
  engine: Engine,
  certificate: AcmeCertificate,
  order: OrderRecord,
  account: AccountRecord,
): Promise<string | null> {
  const { store } = engine;
  if (account.status !== 'valid') return `Account ${account.name} was ${account.status} while this order was running.`;
  if (order.revision !== certificate.revision) return 'The certificate was changed while this order was running.';
  if (order.state === 'finalizing') return null;
  const policy = await store.policies.get(certificate.policyId);
  if (!policy.accountIds.includes(account.id)) {
    return `Account ${account.name} was taken out of policy ${policy.name} while this order was running.`;
  }
  const challenges = await store.challenges.uncleaned(order.id);
  if (challenges.length === 0) return null;
  if (order.state === 'presenting') {
    const { publicJwk } = await engine.cas.signer(account.keyId);
    const former = challenges.find(challenge => !isOfKey(challenge, publicJwk));
    if (former) return `The key of account ${account.name}, of which the challenges are made, was replaced meanwhile.`;
  }
  const chosen = await chooseSolvers(engine, certificate, policy).catch(ifUnprovable);
  const other = challenges.find(challenge => !isChosen(challenge, chosen));
  return other ? `${other.identifier} is to be proven in another way than this order began with.` : null;
}

/** Whether a CA that knows the account by this key finds what it looks for (RFC 8555 §8.1). */
function isOfKey({ type, identifier, token, value }: ChallengeRecord, key: Signer['publicJwk']): boolean {
  const expected = keyAuthorization(token, key);
  return value === (type === 'dns-01' ? dns01Record(identifier, expected).value : expected);
}

/**
 * Whether a challenge is what would be presented for its name now. That of a wildcard has the name without the
 * asterisk.
 */
function isChosen({ identifier, solverId, type }: ChallengeRecord, chosen: ReadonlyMap<string, ChosenSolver>): boolean {
  return [identifier, `*.${identifier}`].some(name => {
    const present = chosen.get(name);
    return present?.solver.id === solverId && present.challengeType === type;
  });
}

/** Nothing proves some name any more: planning the next order says so. */
function ifUnprovable(error: unknown): ReadonlyMap<string, ChosenSolver> {
  if (error instanceof DomainError && error.code === 'unprovable') return new Map();
  throw error;
}

/**
 * Whether the CA is issuing for this order, or has: another order would be for nothing. A CA that doesn't answer counts
 * as one that isn't: its being away is what a policy has more than one account for, and what it may have issued unheard
 * harms nobody. Throws the signal's reason when that is aborted.
 */
export async function isIssuing(
  engine: Engine,
  { state, url, accountId }: OrderRecord,
  signal: AbortSignal,
): Promise<boolean> {
  if (state !== 'finalizing' || url === null) return false;
  const session = await engine.cas.session(await engine.store.accounts.get(accountId));
  try {
    const { status } = (await fetchOrder(session, url, { signal })).order;
    return status === 'processing' || status === 'valid';
  } catch (error) {
    const silent = [AcmeProblem, AcmeProtocolError, AcmeTransportError].some(known => error instanceof known);
    if (silent) return false;
    throw error;
  }
}
