import { checkLoadBalancer } from '@certfleet/haproxy';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { lookAgain } from '../jobs/look-again.js';
import { tryFailing } from '../jobs/try-failing.js';
import { asDomainError } from '../load-balancer-errors.js';
import { toModel } from '../load-balancer-model.js';
import type { NewEvent } from '../store/events.js';
import type { Store } from '../store/index.js';

/** A change of what HAProxy runs. */
export interface LiveChange<T> {
  noun: 'virtual-service' | 'content-rule';
  action: 'created' | 'changed' | 'deleted';
  /** What the event is about: a virtual service's index, a content rule's name. */
  subject(made: T): string | number;
  /** The load balancers that it concerns, by id. */
  loadBalancerIds: readonly string[];
  /** Called again when it was taken back because of another one. */
  make(tx: Store): Promise<T>;
  /** The virtual service that was changed, which is checked before anything is kept; null: there is none to check. */
  changed: ((made: T) => number) | null;
  /**
   * Takes back what `make` did, when HAProxy refuses it; null where that can't be. Less to configure is never refused;
   * were HAProxy out of reach, it is brought to the stored state later.
   */
  undo: ((tx: Store, made: T) => Promise<void>) | null;
  /** What was changed, for the event. */
  describe(made: T): string;
  /** Whether the virtual service may prove names, or answer handshakes, that it did not before. */
  repairs?(made: T): boolean;
}

/**
 * Stores a change, applies it to HAProxy and, if HAProxy refuses it, takes it back, so that the store never promises
 * what doesn't run. What can be refused without HAProxy is refused before anything is kept. Changes that come together
 * are applied together; one that is refused doesn't cost the others. Throws a DomainError.
 */
export async function changeLive<T>(engine: Engine, actor: Actor, change: LiveChange<T>): Promise<T> {
  const { loadBalancerIds, undo } = change;
  const { store, loadBalancers } = engine;
  let kept: Kept<T> | undefined;
  let error: unknown;
  try {
    await loadBalancers.changes.run({
      loadBalancerIds,
      keep: async () => {
        kept ??= await keep(store, actor, change);
      },
      takeBack:
        undo &&
        (async cause => {
          if (!kept) return;
          const { made, event, what } = kept;
          kept = undefined;
          await store.transaction(async tx => {
            await undo(tx, made);
            await tx.events.append({ ...event, outcome: 'failed', message: `${what}: ${messageOf(cause)}` });
          });
        }),
    });
  } catch (cause) {
    // What is deleted stays deleted: to answer a refusal would be wrong.
    if (undo || !kept) throw cause;
    error = cause;
  }
  if (!kept) throw new Error('A change that is live has been kept.');
  const { made, event, what } = kept;
  await store.transaction(async tx => {
    const tried = change.repairs?.(made) ? await tryAgain(tx, Number(change.subject(made)), engine.clock.now()) : '';
    const outcome =
      error === undefined
        ? `and is live.${tried}`
        : `in the store. HAProxy goes on as before until it can be changed: ${messageOf(error)}`;
    await tx.events.append({ ...event, outcome: 'succeeded', message: `${what} was ${change.action} ${outcome}` });
  });
  return made;
}

/** What failed to be proven, or to be read, by a virtual service that may do so now. */
async function tryAgain(tx: Store, virtualService: number, now: Instant): Promise<string> {
  return (await tryFailing(tx, { virtualService })) + (await lookAgain(tx, virtualService, now));
}

/** A change that is in the store. */
interface Kept<T> {
  made: T;
  event: Pick<NewEvent, 'actor' | 'action' | 'subject'>;
  /** What was changed, for the event. */
  what: string;
}

function keep<T>(store: Store, actor: Actor, change: LiveChange<T>): Promise<Kept<T>> {
  return store.transaction(async tx => {
    const made = await change.make(tx);
    if (change.changed) await checkService(tx, change.changed(made));
    const event = {
      actor: describeActor(actor),
      action: `${change.noun}.${change.action}`,
      subject: `${change.noun}:${change.subject(made)}`,
    };
    const what = change.describe(made);
    await tx.events.append({ ...event, outcome: 'intended', message: `${what} is to be ${change.action}.` });
    return { made, event, what };
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Throws `invalid-input` for a virtual service that can't be configured. */
export async function checkService(tx: Store, index: number): Promise<void> {
  const service = await tx.virtualServices.owning(index);
  const names = service.subVirtualServices.flatMap(sub => sub.contentRules);
  const rules = await tx.contentRules.byNames([...new Set(names)]);
  try {
    checkLoadBalancer(toModel([service], rules));
  } catch (error) {
    throw asDomainError(error);
  }
}
