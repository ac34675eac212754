import { chooseAccount } from '../domain/account-choice.js';
import { DomainError } from '../domain/errors.js';
import { afterUses, comeBackAt, decideOrder, limitsFor, type RateDecision } from '../domain/rate-limits.js';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import type { AccountRecord } from '../store/accounts.js';
import type { AcmeCertificate } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { Lease } from '../store/jobs.js';
import type { VersionRecord } from '../store/versions.js';
import type { PlannedOrder } from './advance-order.js';
import { chooseSolvers } from './choose-solver.js';
import { asPlanned, renews } from './end-order.js';
import { prepareKey } from './order-key.js';

/** An order that is written down, or when there will be room for it in the CA's rate limits. */
export type Start = PlannedOrder | { until: Instant; reason: string };

/**
 * Decides everything about the next order and writes it down with its key, before the CA hears of it: which account,
 * which key, what it replaces; that each name has a solver; that the CA's limits have room, which is taken at once.
 */
export async function startOrder(engine: Engine, lease: Lease, certificate: AcmeCertificate): Promise<Start> {
  const { store, clock } = engine;
  const policy = await store.policies.get(certificate.policyId);
  const accounts = await Promise.all(policy.accountIds.map(id => store.accounts.get(id)));
  const account = chooseAccount(accounts, certificate.strikes);
  if (!account) {
    throw new DomainError(
      'not-possible',
      `Policy ${policy.name} has no account that can be used. Register one and put it there.`,
    );
  }
  const solvers = await chooseSolvers(engine, certificate, policy);

  const version = await store.versions.current(certificate.id);
  const replaces =
    version !== null && version.revokedAt === null && renews(version, certificate.identifiers)
      ? await replacedBy(engine, account, version)
      : null;
  const profile = certificate.profile ?? policy.profile;

  const now = clock.now();
  const limits = engine.rateLimits(account.directoryUrl);
  const planned = asPlanned(certificate, version, { accountId: account.id, replaces }, now);
  const { takes, needsRoomIn } = limitsFor(planned, limits);
  const askForRoom = async (tx: Store) => {
    const names = needsRoomIn.map(({ bucket }) => bucket);
    const buckets = await tx.rateBuckets.get(account.directoryUrl, names);
    return { buckets, decision: decideOrder(needsRoomIn, limits, buckets, now) };
  };
  const wait = (decision: Extract<RateDecision, { allowed: false }>): Start => ({
    until: comeBackAt(decision, limits, clock.random),
    reason: decision.reason,
  });

  // Asked before the key is made, which may take seconds of a processor, and again with the order, when it is taken.
  const { decision: beforehand } = await askForRoom(store);
  if (!beforehand.allowed) return wait(beforehand);
  const { key, csr } = await prepareKey(engine, certificate, policy, version);
  return store.fenced(lease, async tx => {
    const { buckets, decision } = await askForRoom(tx);
    if (!decision.allowed) return wait(decision);
    await tx.rateBuckets.put(account.directoryUrl, afterUses(takes, limits, buckets, now), now);
    const keyId = 'id' in key ? key.id : (await tx.keys.create(key.create)).id;
    const order = await tx.orders.create({
      certificateId: certificate.id,
      accountId: account.id,
      revision: certificate.revision,
      keyId,
      csr,
      profile,
      replaces,
    });
    if (certificate.waitsFor !== null) await tx.certificates.update(certificate.id, { waitsFor: null });
    return { order, account, solvers };
  });
}

/**
 * The certID to name in `replaces`; null where the order can't say what it replaces. RFC 9773 §5: "Servers SHOULD check
 * that the identified certificate and the newOrder request correspond to the same ACME Account"; those that do refuse
 * the order of any other account.
 */
async function replacedBy(engine: Engine, account: AccountRecord, version: VersionRecord): Promise<string | null> {
  if (version.accountId !== account.id) return null;
  const { renewalInfo } = await engine.cas.server(account.directoryUrl, account.caCertificate).directory();
  return renewalInfo === undefined ? null : version.ariCertId;
}
