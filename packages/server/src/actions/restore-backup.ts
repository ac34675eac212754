import type { Restoration, RestorationRequest } from '@certfleet/contract';
import { type RestoreSecrets, restoreBackup } from '../backup/restore.js';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';

/**
 * Restores a backup in parts and brings HAProxy to it. What HAProxy refuses, such as an address that this machine does
 * not have, is named with what was left out: the job that looks at HAProxy tries it again. Throws as `restoreBackup`
 * does.
 */
export async function restoreLive(
  engine: Pick<Engine, 'store' | 'clock' | 'loadBalancers'>,
  source: () => AsyncIterable<Buffer>,
  request: RestorationRequest,
  secrets: RestoreSecrets,
  actor: Actor,
): Promise<Restoration> {
  const { store, loadBalancers } = engine;
  const restoration = await restoreBackup(engine, source, request, secrets, describeActor(actor));
  const refused: string[] = [];
  for (const { id, name } of await store.loadBalancers.all()) {
    try {
      await loadBalancers.apply(id);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refused.push(
        `HAProxy (${name}) does not serve what was restored yet: ${error.message} It is tried every minute.`,
      );
    }
  }
  return { ...restoration, leftOut: [...restoration.leftOut, ...refused] };
}
