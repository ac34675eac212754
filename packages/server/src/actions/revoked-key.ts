import type { KeyObject } from 'node:crypto';
import { spki } from '@certfleet/acme';
import { DomainError } from '../domain/errors.js';
import type { Store } from '../store/index.js';

/**
 * Refuses a key, private or public, that a revoked version was for: whoever had it revoked may not be the only one who has
 * the key. Throws `invalid-input`, naming the field at `path`.
 */
export async function refuseRevokedKey(store: Store, key: KeyObject, path: string): Promise<void> {
  const revoked = await store.revokedKeys.find(spki(key).toString('base64'));
  if (!revoked) return;
  const at = new Date(revoked.revokedAt).toISOString();
  const message = `The key is that of version ${revoked.version} of ${revoked.certificate}, which was revoked at ${at}: it is not used again. Bring another one.`;
  throw new DomainError('invalid-input', message, { fields: [{ path, message }] });
}
