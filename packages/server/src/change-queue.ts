/** A change of what HAProxy runs. */
export interface QueuedChange {
  /** The load balancers that it concerns, by id. */
  readonly loadBalancerIds: readonly string[];
  /** Stores it, once more after it was taken back. What it throws refuses the change; then nothing is kept. */
  keep(): Promise<void>;
  /** Takes it out of the store again; null for a change that stays whatever comes of it. */
  readonly takeBack: ((error: unknown) => Promise<void>) | null;
}

interface Waiting {
  readonly change: QueuedChange;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Orders the changes of this process. Those that come while others are being applied share the next reload; when
 * HAProxy refuses what they come to together, all are taken back and tried in halves, so that only the one at fault is
 * refused.
 */
export class ChangeQueue {
  readonly #apply: (loadBalancerId: string) => Promise<void>;
  #waiting: Waiting[] = [];
  #working = false;

  /** @param apply brings a load balancer to the stored state; what it throws is a refusal */
  constructor(apply: (loadBalancerId: string) => Promise<void>) {
    this.#apply = apply;
  }

  /**
   * Resolves when the change is live. Throws what keeping it threw, or what applying it alone threw; then it is taken
   * back, unless it can't be.
   */
  run(change: QueuedChange): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (this.#waiting.length > 0) await this.#together(this.#waiting.splice(0));
    this.#working = false;
  }

  /** Never rejects: whatever goes wrong is told to those who wait for it. */
  async #together(batch: readonly Waiting[]): Promise<void> {
    const kept: Waiting[] = [];
    for (const waiting of batch) if (await tells(waiting, () => waiting.change.keep())) kept.push(waiting);
    try {
      const ids = kept.flatMap(({ change }) => change.loadBalancerIds);
      for (const id of new Set(ids)) await this.#apply(id);
    } catch (error) {
      const back: Waiting[] = [];
      for (const waiting of kept.toReversed())
        if (await tells(waiting, async () => waiting.change.takeBack?.(error))) back.unshift(waiting);
      if (kept.length === 1) {
        for (const { reject } of back) reject(error);
        return;
      }
      const middle = Math.ceil(back.length / 2);
      await this.#together(back.slice(0, middle));
      await this.#together(back.slice(middle));
      return;
    }
    for (const { resolve } of kept) resolve();
  }
}

/** Whether the work was done; if not, who waits is told why. */
async function tells({ reject }: Waiting, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}
