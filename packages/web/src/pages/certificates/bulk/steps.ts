import type { BulkProgress } from '@certfleet/contract';

/** What came of the steps so far, as the server said it. */
export interface Tally {
  done: number;
  refused: BulkProgress['refused'];
  /** Where the next step begins; undefined: nothing was done yet, null: that was all. */
  after: string | null | undefined;
}

export const nothingDone: Tally = { done: 0, refused: [], after: undefined };

/**
 * Sends one step after the other until the server says that it was the last, and tells what came of all so far after
 * each. Whoever reads no further stops after the step that is under way. A step that fails ends it: it can be gone on
 * `from` what was told last.
 */
export async function* takeSteps(
  send: (soFar: Tally) => Promise<BulkProgress>,
  from: Tally = nothingDone,
): AsyncGenerator<Tally> {
  let tally = from;
  while (tally.after !== null) {
    const { done, refused, next } = await send(tally);
    tally = { done: tally.done + done, refused: [...tally.refused, ...refused], after: next };
    yield tally;
  }
}
