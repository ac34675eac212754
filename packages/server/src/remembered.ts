import type { Duration } from './domain/time.js';

/**
 * Asks again only when the last answer is older than its life, which may depend on what it took to get; however many
 * want it at once. A failure is not kept.
 */
export function remembered<T>(
  life: Duration | ((cost: Duration) => Duration),
  ask: () => Promise<T>,
  now = () => performance.now(),
): () => Promise<T> {
  let last: { ends: number; answer: Promise<T> } | undefined;
  return () => {
    if (last && now() < last.ends) return last.answer;
    const began = now();
    const asked = { ends: Number.POSITIVE_INFINITY, answer: ask() };
    last = asked;
    asked.answer.then(
      () => {
        asked.ends = typeof life === 'number' ? began + life : now() + life(now() - began);
      },
      () => {
        if (last === asked) last = undefined;
      },
    );
    return asked.answer;
  };
}
