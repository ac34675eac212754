import type { Clock } from '../clock.js';
import { type Duration, hours } from '../domain/time.js';
import type { Users } from '../store/users.js';
import { hashSecret, newSecret } from './secret-token.js';

/** How long the set-up link works unless configured otherwise. */
export const defaultSetupLife: Duration = hours(24);

/**
 * A one-time code for making the first administrator, or undefined if there are users already. Call it at each start:
 * only the hash is kept, so an earlier code can't be shown again, and is replaced.
 */
export async function offerSetupCode(users: Users, clock: Clock, life: Duration): Promise<string | undefined> {
  if (await users.exist()) return undefined;
  const code = newSecret();
  await users.offerSetup({ hash: hashSecret(code), expiresAt: clock.now() + life });
  return code;
}

/** The link to print. The code is in the fragment, which browsers don't send: it can't end up in a server's log. */
export function setupLink(publicUrl: string, code: string): string {
  return new URL(`/setup#${code}`, publicUrl).href;
}
