import type { Instant } from '../domain/time.js';
import type { Store } from '../store/index.js';
import type { TargetRecord } from '../store/targets.js';
import { enqueueDeploy } from './enqueue.js';

/**
 * After a change of a virtual service that is live: what no handshake could read there is looked at now, rather than in a
 * day. Where it is disabled nothing answers, so that what was read there counts no more. Returns a sentence about that for
 * the change's event, which begins with a space; empty when there is none.
 */
export async function lookAgain(tx: Store, virtualService: number, now: Instant): Promise<string> {
  const targets = await tx.targets.onVirtualServices([virtualService]);
  if ((await tx.virtualServices.find(virtualService))?.enabled === false) return unprove(tx, virtualService, targets);
  const unproven = await tx.deployments.unprovenOn(targets.map(({ id }) => id));
  for (const { assignmentId, ...certificate } of unproven) await enqueueDeploy(tx, certificate, assignmentId, now);
  if (unproven.length === 0) return '';
  return unproven.length === 1
    ? ' A certificate that nobody could read there is looked for now.'
    : ` ${unproven.length} certificates that nobody could read there are looked for now.`;
}

async function unprove(tx: Store, virtualService: number, targets: readonly TargetRecord[]): Promise<string> {
  const reason = `Virtual service ${virtualService} was disabled.`;
  const count = await tx.deployments.unprove(
    targets.map(({ id }) => id),
    reason,
  );
  if (count === 0) return '';
  return count === 1
    ? ' A certificate that it served is unproven until it is enabled.'
    : ` ${count} certificates that it served are unproven until it is enabled.`;
}
