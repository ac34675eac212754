import type { Instant } from '../domain/time.js';
import type { Store } from '../store/index.js';
import { enqueueDeploy } from './enqueue.js';

/**
 * After a change of a virtual service, in the same transaction: what no handshake could read there is looked at now, rather
 * than in a day. Returns a sentence about that for the change's event, which begins with a space; empty when there is none.
 */
export async function lookAgain(tx: Store, virtualService: number, now: Instant): Promise<string> {
  const targets = await tx.targets.onVirtualServices([virtualService]);
  const unproven = await tx.deployments.unprovenOn(targets.map(({ id }) => id));
  for (const { assignmentId, ...certificate } of unproven) await enqueueDeploy(tx, certificate, assignmentId, now);
  if (unproven.length === 0) return '';
  return unproven.length === 1
    ? ' A certificate that nobody could read there is looked for now.'
    : ` ${unproven.length} certificates that nobody could read there are looked for now.`;
}
