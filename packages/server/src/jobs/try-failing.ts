import type { Repaired } from '../store/failing.js';
import type { Store } from '../store/index.js';

/**
 * After a change that may have repaired something, in the same transaction: the failing certificates that use it are
 * tried now, rather than when their next attempt would be, which may be a day away. Returns a sentence about that for
 * the change's event, which begins with a space; empty when there is none.
 */
export async function tryFailing(tx: Store, repaired: Repaired): Promise<string> {
  const count = await tx.failing.tryNow('keep-valid', repaired);
  if (count === 0) return '';
  return count === 1
    ? ' A certificate that fails and uses it is tried again now.'
    : ` ${count} certificates that fail and use it are tried again now.`;
}
