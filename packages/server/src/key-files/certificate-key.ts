import type { KeyObject } from 'node:crypto';
import { fileBlocks } from './file-blocks.js';
import { refuseMismatchedHalves, refuseWeakKey } from './key-strength.js';
import { describeBlocks, describeKey, isPrivateKey, openPrivateKey } from './private-key.js';
import { refuseFile } from './upload.js';

/**
 * The one private key in a file, for which certificates are to be issued: PEM (PKCS#8, PKCS#1, SEC1; encrypted or not),
 * PFX or JKS. Certificates beside it are not looked at.
 *
 * Throws `invalid-input` saying what the file is instead, what is wrong with the pass phrase, why the key is too weak, or
 * that no CA certifies its kind.
 */
export async function readCertificateKey(file: Buffer, passPhrase: string | undefined): Promise<KeyObject> {
  const blocks = await fileBlocks(file, passPhrase);
  const found = new Map(blocks.filter(isPrivateKey).map(block => [block.text, block]));
  const [block] = found.values();
  if (!block) {
    const instead =
      blocks.length > 0 ? `, but ${describeBlocks(blocks)}` : ' in PEM form, and is neither a PFX nor a JKS';
    throw refuseFile(`The file holds no private key${instead}.`);
  }
  if (found.size > 1) throw refuseFile(`The file holds ${found.size} private keys; bring one.`);
  const key = await openPrivateKey(block, passPhrase);
  refuseWeakKey(key);
  refuseUncertified(key);
  refuseMismatchedHalves(key);
  return key;
}

/** Baseline Requirements §6.1.5: what public CAs certify, without P-521, which most of them refuse. */
function refuseUncertified(key: KeyObject): void {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  if (key.asymmetricKeyType === 'rsa' || ['prime256v1', 'secp384r1'].includes(curve)) return;
  throw refuseFile(`The key is ${describeKey(key)}. CAs issue for P-256, P-384 and RSA.`);
}
