import { AcmeProblem, AcmeProtocolError, AcmeTransportError, deactivateAuthorization } from '@certfleet/acme';
import type { Verification, VerificationResult } from '@certfleet/contract';
import { eachLimited } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import { describeInstant, type Instant, minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { isOpen } from '../issuance/by-person.js';
import { endOrder } from '../issuance/end-order.js';
import { inspect, recordTakenAway, takeAway } from '../issuance/presentations.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { ChallengeRecord, Sighting } from '../store/challenges.js';
import type { Store } from '../store/index.js';
import type { OrderRecord } from '../store/orders.js';
import { fromPlugin } from './from-plugin.js';
import { refuseImported } from './import-certificate.js';
import { toChallenges } from './show-challenges.js';

/** Someone waits for the answer. */
const longestLook = minutes(1.5);

/**
 * Looks from here for what people were to present. If all of it is there, or `anyway`, nobody is waited for any more: the
 * CA is told to look, by the certificate's job. Throws `not-possible` when nobody is waited for.
 */
export async function verify(
  engine: Engine,
  name: string,
  { anyway }: Verification,
  actor: Actor,
): Promise<VerificationResult> {
  const { store, clock } = engine;
  const certificate = await store.certificates.byName(name);
  const order = await store.orders.active(certificate.id);
  const open = order === null ? [] : (await store.challenges.uncleaned(order.id)).filter(isOpen);
  if (order === null || open.length === 0) throw nobodyWaitedFor(certificate, order, clock.now());

  const findings = await inspect(engine, open, AbortSignal.timeout(longestLook));
  const at = clock.now();
  const sightings = new Map([...findings].map(([id, finding]): [number, Sighting] => [id, { ...finding, at }]));
  const unseen = open.filter(({ id }) => !findings.get(id)?.seen);
  const goesOn = anyway || unseen.length === 0;
  await store.transaction(async tx => {
    const running = await tx.orders.active(certificate.id);
    if (running?.id !== order.id) {
      throw new DomainError('conflict', `Another order of ${name} has begun meanwhile: its challenges are other ones.`);
    }
    await tx.challenges.setSightings(sightings);
    if (!goesOn) return;
    // It works from now on.
    await tx.orders.update(order.id, { waitsFor: null, waitsUntil: null });
    await goOn(tx, certificate, open, unseen, at, actor);
  });
  const confirmedAt = goesOn ? at : null;
  const looked = open.map(each => ({ ...each, confirmedAt, sighting: sightings.get(each.id) ?? null }));
  return { goesOn, challenges: await toChallenges(engine, looked) };
}

async function goOn(
  tx: Store,
  certificate: CertificateRecord,
  open: readonly ChallengeRecord[],
  unseen: readonly ChallengeRecord[],
  at: Instant,
  actor: Actor,
): Promise<void> {
  const { name } = certificate;
  await tx.challenges.confirm(
    open.map(({ id }) => id),
    at,
  );
  await enqueueKeepValid(tx, certificate, at);
  const names = unseen.map(({ identifier }) => identifier);
  await tx.events.append({
    actor: describeActor(actor),
    action: 'certificate.verified',
    subject: `certificate:${name}`,
    outcome: 'succeeded',
    message:
      names.length === 0
        ? `What was presented by hand for ${name} was found from here. The CA is told to look.`
        : `The CA is told to look for what was presented by hand for ${name}, although it was not found from here for ${names.join(', ')}.`,
    detail: { unseen: names },
  });
}

function nobodyWaitedFor(
  { name, lastError, retryAt }: CertificateRecord,
  order: OrderRecord | null,
  now: Instant,
): DomainError {
  return new DomainError('not-possible', `Nobody is waited for to prove the names of ${name}: ${why()}`);

  function why(): string {
    switch (order?.state) {
      case undefined:
        if (lastError === null) return 'no order is running.';
        return `the last order has failed. ${lastError} Another one begins ${retryAt !== null && retryAt > now ? describeInstant(retryAt, now) : 'now'}, or at once by asking for new challenges.`;
      case 'new':
      case 'created':
        return 'the CA has not said yet what it wants presented. Repeat it in a moment.';
      case 'presenting':
        return 'what is open is presented by solvers, or was verified.';
      default:
        return 'all of it was presented. Now the CA looks, or issues.';
    }
  }
}

/**
 * Another order, with other challenges, at once: after a failure, or to start over. The former challenges are given up at
 * the CA, which would offer them again otherwise. Throws `not-possible` when there is nothing to prove.
 */
export async function newChallenge(engine: Engine, name: string, actor: Actor): Promise<void> {
  const { store, clock } = engine;
  const certificate = await store.certificates.byName(name);
  refuseImported(certificate, 'proven');
  const order = await store.orders.active(certificate.id);
  checkUnproven(certificate, order, clock.now());
  const kept = order === null ? null : await giveUpAuthorizations(engine, order);
  await store.transaction(async tx => {
    const now = clock.now();
    const running = await tx.orders.active(certificate.id);
    if (running !== null && running.id === order?.id) {
      checkUnproven(certificate, running, now);
      const error = `${describeActor(actor)} asked for other challenges.`;
      await endOrder(engine, tx, certificate, running, { state: 'abandoned', error });
    }
    // An attempt that is under way knows by `retryAt` that it is to be repeated if it fails.
    await tx.certificates.update(certificate.id, { retryAt: now });
    await enqueueKeepValid(tx, certificate, now);
    await tx.events.append({
      actor: describeActor(actor),
      action: 'certificate.new-challenge',
      subject: `certificate:${name}`,
      outcome: 'succeeded',
      message: `Other challenges were asked for to prove the names of ${name}.${kept === null ? '' : ` The CA may offer the former ones again: ${kept}`}`,
    });
  });
}

function checkUnproven({ name, renewAt }: CertificateRecord, order: OrderRecord | null, now: Instant): void {
  if (order?.state === 'finalizing') {
    throw new DomainError('not-possible', `The names of ${name} are proven; the CA is issuing.`);
  }
  if (order === null && renewAt !== null && renewAt > now) {
    throw new DomainError(
      'not-possible',
      `${name} is issued and not due: there is nothing to prove. Renew it to have it issued again.`,
    );
  }
}

/**
 * Deactivates what an order has still to be proven (RFC 8555 §7.5.2). Returns what the CA said if it didn't do so; it gets
 * another order all the same.
 */
async function giveUpAuthorizations(engine: Engine, order: OrderRecord): Promise<string | null> {
  const challenges = await engine.store.challenges.uncleaned(order.id);
  const urls = [...new Set(challenges.map(({ authorizationUrl }) => authorizationUrl))];
  const session = await engine.cas.session(await engine.store.accounts.get(order.accountId));
  try {
    await eachLimited(urls, 8, async url => {
      await deactivateAuthorization(session, url);
    });
    return null;
  } catch (error) {
    const refused = [AcmeProblem, AcmeProtocolError, AcmeTransportError].some(known => error instanceof known);
    if (refused) return (error as Error).message;
    throw error;
  }
}

/**
 * Before a certificate is deleted: ends an order that waits for a person, and takes away what solvers present for its other
 * names, which nobody would do for days. Returns what people may have presented.
 */
export async function endWaitingOrder(engine: Engine, certificate: CertificateRecord): Promise<ChallengeRecord[]> {
  const { store, clock } = engine;
  const order = await store.orders.active(certificate.id);
  const challenges = order === null ? [] : await store.challenges.uncleaned(order.id);
  if (order === null || !challenges.some(isOpen)) return [];
  await giveUpAuthorizations(engine, order);
  const taken = await takeAway(engine, challenges, AbortSignal.timeout(longestLook));
  await store.transaction(async tx => {
    await recordTakenAway(tx, certificate, taken, clock.now());
    const running = await tx.orders.active(certificate.id);
    if (running?.id !== order.id) return;
    await endOrder(engine, tx, certificate, running, { state: 'abandoned', error: 'The certificate is deleted.' });
  });
  const { failure } = taken;
  if (failure !== null) await fromPlugin(() => Promise.reject(failure));
  return taken.byPerson;
}
