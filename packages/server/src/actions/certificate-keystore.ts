import type { CertificateRequest } from '@certfleet/contract';
import { checkKeystorePassword } from '../key-files/keystore.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';

type KeystoreInput = CertificateRequest['keystore'];

/** Refuses a password that no keystore of this type could be under. None is fine: each export brings its own. */
export function checkKeystore(keystore: KeystoreInput, kept: string | null = null): void {
  const password = keystore?.password === undefined ? kept : keystore.password;
  if (keystore && password !== null) checkKeystorePassword(keystore.type, password, 'keystore.password');
}

/**
 * Sets how a certificate is exported; null: as PEM, and no password is kept. Resolves to whether that is anything new.
 * Throws `invalid-input` for a password that does not go with the type.
 */
export async function setKeystore(
  tx: Store,
  { id, keystoreType }: CertificateRecord,
  keystore: KeystoreInput,
): Promise<boolean> {
  const kept = await tx.certificates.keystorePassword(id);
  checkKeystore(keystore, kept);
  const type = keystore?.type ?? null;
  const password = keystore?.password === undefined && keystore !== null ? kept : (keystore?.password ?? null);
  if (type === keystoreType && password === kept) return false;
  await tx.certificates.update(id, { keystoreType: type });
  await tx.certificates.setKeystorePassword(id, password);
  return true;
}
