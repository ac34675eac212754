import { minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { endOrder } from '../issuance/end-order.js';
import { takeAway } from '../issuance/presentations.js';
import type { CertificateRecord } from '../store/certificates.js';

/** Someone waits for the answer. */
const longestTry = minutes(1);

/**
 * Before a certificate is deleted: takes away what its ended orders have left, and what one that waits for its next try has
 * presented; then that order is over as well. What can't be taken away is left: it proves nothing without its order, and
 * what it takes to remove it, such as a DNS account, may be gone for good. Returns what people have to remove, in words;
 * null when there is nothing.
 */
export async function leaveChallenges(engine: Engine, certificate: CertificateRecord): Promise<string | null> {
  const { store, clock } = engine;
  const order = await store.orders.active(certificate.id);
  // One that is being worked on is left alone: it cleans up after itself.
  const waits = order !== null && certificate.retryAt !== null && certificate.retryAt > clock.now();
  const challenges = [
    ...(await store.challenges.leftOver(certificate.id)),
    ...(waits ? await store.challenges.uncleaned(order.id) : []),
  ];
  if (challenges.length === 0) return null;
  const { ids, failure } = await takeAway(engine, challenges, AbortSignal.timeout(longestTry));
  await store.transaction(async tx => {
    await tx.challenges.setState(
      challenges.map(({ id }) => id),
      'cleaned',
    );
    const running = await tx.orders.active(certificate.id);
    if (!waits || running?.id !== order.id) return;
    await endOrder(engine, tx, certificate, running, { state: 'abandoned', error: 'The certificate is deleted.' });
  });
  const left = challenges.filter(({ id }) => !ids.includes(id));
  if (left.length === 0) return null;
  const values = left.map(({ type, identifier, value }) => `${identifier} (${type}): ${value}`).join('; ');
  const reason = failure instanceof Error ? failure.message : String(failure);
  return `Challenges that prove nothing any more could not be taken away; remove what is left of them: ${values}. ${reason}`;
}
