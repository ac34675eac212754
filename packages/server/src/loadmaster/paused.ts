import { pauseOf } from '../pause.js';
import type { Store } from '../store/index.js';
import { LoadMasterError } from './errors.js';

/** Throws 422 while Certfleet is paused, for a command that would wait for what is not done then. */
export async function refusePaused(store: Store, done: 'issued' | 'taken away'): Promise<void> {
  const pause = await pauseOf(store);
  if (!pause) return;
  const reason = /[.!]$/.test(pause.reason) ? pause.reason : `${pause.reason}.`;
  throw new LoadMasterError(
    422,
    `Nothing is ${done}, since Certfleet is paused: ${reason} It goes on with "certfleet system resume"`,
  );
}
