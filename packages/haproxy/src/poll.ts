import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again until there is an answer: for processes that tell nobody when they are ready.
 *
 * @returns the first answer that is not undefined; undefined when `timeout` milliseconds have passed
 */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  { timeout, interval = 20 }: { timeout: number; interval?: number },
): Promise<T | undefined> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= deadline) return answer;
    await delay(interval);
  }
}
