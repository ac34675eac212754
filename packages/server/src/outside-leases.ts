import { randomUUID } from 'node:crypto';
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
    const { leases } = this.#store;
    const wanted = [...new Set(names)];
    const holder = `outside:${randomUUID()}`;
    await this.#take(wanted, holder, signal);
    const lost = new AbortController();
    const loses = (name: string | null) => name !== null && lost.abort(lostLease(name));
    const renewal = setInterval(() => {
      leases.renew(wanted, holder, this.#life).then(loses, error => lost.abort(error));
    }, this.#life / 3);
    try {
      return await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      clearInterval(renewal);
      loses(await leases.release(wanted, holder));
      // Also after work that was done: someone else may have written over it.
      lost.signal.throwIfAborted();
    }
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
