import type { CertificateChange } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { CertificatePatch, CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import { refuseOtherAlgorithm } from './import-key.js';

/**
 * What a change says of the key from the next version on. An imported key is given up for any other choice and for a CSR;
 * it comes by importing it. Throws `invalid-input` for what does not go together.
 */
export async function keyFromNowOn(
  tx: Store,
  current: CertificateRecord,
  { keyOnRenewal, keyAlgorithm, csr }: CertificateChange,
): Promise<Pick<CertificatePatch, 'keyOnRenewal' | 'importedKeyId'>> {
  const { name, importedKeyId } = current;
  if (keyOnRenewal === 'imported') {
    if (importedKeyId === null) {
      throw refused(`No key was brought along for ${name}. Import one, which says the same: certificate import-key.`);
    }
    if (typeof csr === 'string') throw refused('A CSR has a key of its own, so the imported one is not used with it.');
  }
  if (importedKeyId === null) return { keyOnRenewal };
  const givenUp = typeof csr === 'string' || (keyOnRenewal !== undefined && keyOnRenewal !== 'imported');
  if (givenUp) return { keyOnRenewal: keyOnRenewal ?? null, importedKeyId: null };
  refuseOtherAlgorithm((await tx.keys.get(importedKeyId)).algorithm, keyAlgorithm);
  return {};
}

function refused(message: string): DomainError {
  return new DomainError('invalid-input', message, { fields: [{ path: 'keyOnRenewal', message }] });
}
