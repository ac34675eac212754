import type { Role } from '@certfleet/contract';
import type { Clock } from '../clock.js';
import { minutes } from '../domain/time.js';
import type { TokenRecord, Tokens } from '../store/tokens.js';
import { includesRole } from './actor.js';
import { hashSecret, newSecret } from './secret-token.js';

/** Makes tokens easy to find for those who scan repositories for secrets. */
const prefix = 'cf_';

/** lastUsedAt is written no more often than this. */
const lastUsedStep = minutes(1);

/** A new token, which is shown once, and the hash of it that is kept. */
export function newApiToken(): { token: string; hash: string } {
  const token = prefix + newSecret();
  return { token, hash: hashSecret(token) };
}

/**
 * The live record of a token that came with a request; `role` is what it may do today. Guessing 256 bits needs no limit
 * of attempts.
 */
export async function findApiToken(tokens: Tokens, token: string, clock: Clock): Promise<TokenRecord | undefined> {
  if (!token.startsWith(prefix)) return undefined;
  const record = await tokens.findByHash(hashSecret(token));
  if (record && clock.now() - (record.lastUsedAt ?? 0) >= lastUsedStep) await tokens.used(record.id);
  return record && { ...record, role: roleOf(record) };
}

/** A user's key does no more than that user may. */
function roleOf({ role, userRole }: TokenRecord): Role {
  return userRole === null || includesRole(userRole, role) ? role : userRole;
}
