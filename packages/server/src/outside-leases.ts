import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type LeasePort, PluginError } from '@certfleet/plugins';
import { type Duration, minutes, seconds } from './domain/time.js';
import type { Store } from './store/index.js';

export interface OutsideLeasesOptions {
  /** How long a lease lasts without being renewed: after a crash, others wait for so long. */
  life?: Duration;
  /** How long to wait for others. */
  patience?: Duration;
}

const firstPause = 20;
const longestPause = 500;
/** Until a renewal that failed is tried again, in milliseconds. */
const renewalPause = 1000;

/** Leases on things outside, kept in the store: they hold for every server that works on it. */
export class OutsideLeases implements LeasePort {
  readonly #store: Store;
  readonly #life: Duration;
  readonly #patience: Duration;

  constructor(store: Store, { life = seconds(60), patience = minutes(3) }: OutsideLeasesOptions = {}) {
    this.#store = store;
    this.#life = life;
    this.#patience = patience;
  }

  async hold<T>(names: readonly string[], signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const wanted = [...new Set(names)];
    const holder = `outside:${randomUUID()}`;
    await this.#take(wanted, holder, signal);
    const lost = new AbortController();
    const over = new AbortController();
    const renewal = this.#renew(wanted, holder, lost, over.signal);
    try {
      return await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      over.abort();
      await renewal;
      const name = await this.#store.leases.release(wanted, holder);
      if (name !== null) lost.abort(lostLease(name));
      // Also after work that was done: someone else may have written over it.
      lost.signal.throwIfAborted();
    }
  }

  /**
   * Renews one time after the other until `over`. A store that fails is asked again for as long as the lease lasts anyway:
   * stopping the work in its middle would do more harm.
   */
  async #renew(names: readonly string[], holder: string, lost: AbortController, over: AbortSignal): Promise<void> {
    const ended = once(over, 'abort');
    let failure: unknown;
    const expiry = setTimeout(() => lost.abort(failure ?? lostLease(names.join(', '))), this.#life);
    let wait = this.#life / 3;
    while (!over.aborted) {
      await Promise.race([pause(wait, undefined, { ref: false }), ended]);
      if (over.aborted || lost.signal.aborted) break;
      try {
        const name = await this.#store.leases.renew(names, holder, this.#life);
        if (name !== null) lost.abort(lostLease(name));
        expiry.refresh();
        wait = this.#life / 3;
      } catch (error) {
        failure = error;
        wait = Math.min(renewalPause, this.#life / 10);
      }
    }
    clearTimeout(expiry);
  }

  async #take(names: readonly string[], holder: string, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + this.#patience;
    for (let wait = firstPause; ; wait = Math.min(wait * 1.5, longestPause)) {
      signal.throwIfAborted();
      const held = await this.#store.leases.take(names, holder, this.#life);
      if (held === null) return;
      if (performance.now() > deadline) {
        throw new PluginError('conflict', `Others have been changing ${held} for too long. It is tried again.`);
      }
      await pause(wait);
    }
  }
}

function lostLease(name: string): PluginError {
  return new PluginError(
    'conflict',
    `Someone else has taken over ${name} while it was being changed. It is tried again.`,
  );
}
