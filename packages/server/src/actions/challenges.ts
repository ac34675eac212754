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
import { pauseOf, refuseWhilePaused } from '../pause.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { ChallengeRecord, Sighting } from '../store/challenges.js';
import type { Store } from '../store/index.js';
import type { OrderRecord } from '../store/orders.js';
import { refuseImported } from './import-certificate.js';
import { toChallenges } from './show-challenges.js';

/** Someone waits for the answer. */
const longestLook = minutes(1.5);
const longestGivingUp = minutes(0.5);

/**
 * Looks from here for what people were to present. If all of it is there, or `anyway`, nobody is waited for any more: the
 * CA is told to look, by the certificate's job. Throws `not-possible` when nobody is waited for, or while Certfleet is
 * paused, and `conflict` when another order has begun meanwhile.
 */
export async function verify(
  engine: Engine,
  name: string,
  { anyway }: Verification,
  actor: Actor,
): Promise<VerificationResult> {
  const { store, clock } = engine;
  await refuseWhilePaused(store);
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
    if (running !== null && running.id !== order.id) {
      throw new DomainError('conflict', `Another order of ${name} has begun meanwhile: its challenges are other ones.`);
    }
    // Somebody else may have verified it meanwhile, and the order may be over since.
    const stillOpen = running === null ? [] : (await tx.challenges.uncleaned(order.id)).filter(isOpen);
    if (stillOpen.length === 0) throw nobodyWaitedFor(await tx.certificates.byName(name), running, clock.now());
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
        if (lastError === null) return 'no order is running: what was ordered is issued, or was given up.';
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
 * the CA, which would offer them again otherwise. Throws `not-possible` when there is nothing to prove, or while Certfleet
 * is paused.
 */
export async function newChallenge(engine: Engine, name: string, actor: Actor): Promise<void> {
  const { store, clock } = engine;
  await refuseWhilePaused(store);
  refuseImported(await store.certificates.byName(name), 'proven');
  // Ended first: what the CA issues meanwhile, or someone else has given up, is not given up here.
  const { certificate, ended } = await store.transaction(async tx => {
    const now = clock.now();
    const certificate = await tx.certificates.byName(name);
    const order = await tx.orders.active(certificate.id);
    checkUnproven(certificate, order, now);
    const ended = order && { order, challenges: await tx.challenges.uncleaned(order.id) };
    if (order !== null) {
      const error = `${describeActor(actor)} asked for other challenges.`;
      await endOrder(engine, tx, certificate, order, { state: 'abandoned', error });
    }
    // An attempt that is under way knows by `retryAt` that it is to be repeated if it fails.
    await tx.certificates.update(certificate.id, { retryAt: now });
    // At once is below. This is for a process that is killed in between.
    await enqueueKeepValid(tx, certificate, now + longestGivingUp);
    await recordNewChallenge(
      tx,
      name,
      actor,
      'succeeded',
      `Other challenges were asked for to prove the names of ${name}.`,
    );
    return { certificate, ended };
  });
  const kept = ended && (await giveUpAuthorizations(engine, ended.order, ended.challenges));
  await store.transaction(async tx => {
    await enqueueKeepValid(tx, certificate, clock.now());
    if (kept === null) return;
    const message = `The CA may offer the former challenges of ${name} again, which could not be given up: ${kept}`;
    await recordNewChallenge(tx, name, actor, 'failed', message);
  });
}

function recordNewChallenge(tx: Store, name: string, actor: Actor, outcome: 'succeeded' | 'failed', message: string) {
  const about = { action: 'certificate.new-challenge', subject: `certificate:${name}` };
  return tx.events.append({ actor: describeActor(actor), ...about, outcome, message });
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
 * Deactivates what an ended order had still to be proven (RFC 8555 §7.5.2). Returns what the CA said if it didn't do so; it
 * gets another order all the same.
 */
async function giveUpAuthorizations(
  engine: Engine,
  { accountId }: OrderRecord,
  challenges: readonly ChallengeRecord[],
): Promise<string | null> {
  const urls = [...new Set(challenges.map(({ authorizationUrl }) => authorizationUrl))];
  const session = await engine.cas.session(await engine.store.accounts.get(accountId));
  const signal = AbortSignal.timeout(longestGivingUp);
  try {
    await eachLimited(urls, 8, async url => {
      await deactivateAuthorization(session, url, { signal });
    });
    return null;
  } catch (error) {
    if (signal.aborted) return `the CA did not answer within ${longestGivingUp / 1000} s.`;
    const refused = [AcmeProblem, AcmeProtocolError, AcmeTransportError].some(known => error instanceof known);
    if (refused) return (error as Error).message;
    throw error;
  }
}

/**
 * Before a certificate is deleted: ends an order that waits for a person, gives it up at the CA unless Certfleet is paused,
 * and takes away what solvers present for its other names, which nobody would do for days. What can't be taken away stays
 * in the store, as left over. Returns what people may have presented.
 */
export async function endWaitingOrder(engine: Engine, certificate: CertificateRecord): Promise<ChallengeRecord[]> {
  const { store, clock } = engine;
  const ended = await store.transaction(async tx => {
    const order = await tx.orders.active(certificate.id);
    const challenges = order === null ? [] : await tx.challenges.uncleaned(order.id);
    if (order === null || !challenges.some(isOpen)) return null;
    await endOrder(engine, tx, certificate, order, { state: 'abandoned', error: 'The certificate is deleted.' });
    return { order, challenges };
  });
  if (ended === null) return [];
  const { order, challenges } = ended;
  if ((await pauseOf(store)) === null) await giveUpAuthorizations(engine, order, challenges);
  const taken = await takeAway(engine, challenges, AbortSignal.timeout(longestLook));
  // Who deletes is told of what stays: it is left over, and tried once more.
  await store.transaction(tx => recordTakenAway(tx, certificate, { ...taken, failure: null }, clock.now()));
  return taken.byPerson;
}
