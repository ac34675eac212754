import type { OpenStore } from '../store/index.js';

/**
 * Not everything leaves an event, and those of other servers can be missed while their database can't be reached: so
 * often, in milliseconds, it looks without one.
 */
const usualPace = 2_000;

/** How to wait for something that other hands do. */
export interface Patience {
  /** In milliseconds. */
  longest: number;
  /** In milliseconds: what no event tells of needs a shorter one. */
  lookAgain?: number;
  stopping: AbortSignal;
}

/**
 * Resolves with what `look` finds, as soon as it finds something; it looks at once and after each event about
 * `subject`. Resolves with undefined when the patience is over, or the server is being stopped.
 */
export async function until<T>(
  store: Pick<OpenStore, 'onEvent'>,
  subject: string,
  look: () => Promise<T | undefined>,
  { longest, lookAgain = usualPace, stopping }: Patience,
): Promise<T | undefined> {
  const end = performance.now() + longest;
  let heard = false;
  let goOn: (() => void) | undefined;
  const hear = () => {
    heard = true;
    goOn?.();
  };
  const unsubscribe = store.onEvent(event => {
    if (event.subject === subject) hear();
  });
  stopping.addEventListener('abort', hear);
  try {
    for (;;) {
      heard = false;
      const found = await look();
      const left = end - performance.now();
      if (found !== undefined || left <= 0 || stopping.aborted) return found;
      await new Promise<void>(resolve => {
        // A timer counts whole milliseconds, and may be early by a part of one.
        const timer = setTimeout(resolve, Math.min(Math.ceil(left) + 1, lookAgain));
        goOn = () => {
          clearTimeout(timer);
          resolve();
        };
        // What came while it was looking.
        if (heard) goOn?.();
      });
    }
  } finally {
    unsubscribe();
    stopping.removeEventListener('abort', hear);
  }
}
