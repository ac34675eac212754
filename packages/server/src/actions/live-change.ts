import { checkLoadBalancer } from '@certfleet/haproxy';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { tryFailing } from '../jobs/try-failing.js';
import { asDomainError } from '../load-balancer-errors.js';
import { toModel } from '../load-balancer-model.js';
import type { Store } from '../store/index.js';

/** A change of what HAProxy runs. */
export interface LiveChange<T> {
  noun: 'virtual-service' | 'content-rule';
  action: 'created' | 'changed' | 'deleted';
  /** What the event is about: a virtual service's index, a content rule's name. */
  subject(made: T): string | number;
  /** The load balancers that it concerns, by id. */
  loadBalancerIds: readonly string[];
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
  /** Whether names that the virtual service failed to prove may be proven by it now. */
  repairs?: boolean;
}

/**
 * Stores a change, applies it to HAProxy and, if HAProxy refuses it, takes it back, so that the store never promises what
 * doesn't run. What can be refused without HAProxy is refused before anything is kept. Throws a DomainError.
 */
export async function changeLive<T>(engine: Engine, actor: Actor, change: LiveChange<T>): Promise<T> {
  const { noun, action, make, changed, undo, describe } = change;
  const { store } = engine;
  const { made, event } = await store.transaction(async tx => {
    const made = await make(tx);
    if (changed) await check(tx, changed(made));
    const event = {
      actor: describeActor(actor),
      action: `${noun}.${action}`,
      subject: `${noun}:${change.subject(made)}`,
    };
    await tx.events.append({ ...event, outcome: 'intended', message: `${describe(made)} is to be ${action}.` });
    return { made, event };
  });
  try {
    await apply(engine, change.loadBalancerIds);
  } catch (error) {
    await store.transaction(async tx => {
      await undo?.(tx, made);
      const message = error instanceof Error ? error.message : String(error);
      await tx.events.append({ ...event, outcome: 'failed', message: `${describe(made)}: ${message}` });
    });
    throw error;
  }
  await store.transaction(async tx => {
    const tried = change.repairs ? await tryFailing(tx, { virtualService: Number(change.subject(made)) }) : '';
    const message = `${describe(made)} was ${action} and is live.${tried}`;
    await tx.events.append({ ...event, outcome: 'succeeded', message });
  });
  return made;
}

async function apply({ loadBalancers }: Engine, ids: readonly string[]): Promise<void> {
  for (const id of ids) await loadBalancers.apply(id);
}

/** Throws `invalid-input` for a virtual service that can't be configured. */
async function check(tx: Store, index: number): Promise<void> {
  const service = await tx.virtualServices.owning(index);
  const names = service.subVirtualServices.flatMap(sub => sub.contentRules);
  const rules = await tx.contentRules.byNames([...new Set(names)]);
  try {
    checkLoadBalancer(toModel([service], rules));
  } catch (error) {
    throw asDomainError(error);
  }
}
