import type { Progress } from '@certfleet/contract';

/** How far long actions have come, for who looks on right now. Nothing is kept: the store has what counts. */
export class ProgressFeed {
  readonly #listeners = new Set<(progress: Progress) => void>();

  report(progress: Progress): void {
    for (const listener of this.#listeners) listener(progress);
  }

  /** Calls `listener` with everything that is reported until the returned function is called. */
  readonly subscribe = (listener: (progress: Progress) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
