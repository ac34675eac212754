import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { KeyAlgorithm } from '@certfleet/contract';
import { decryptKey } from './openssl.js';
import type { PemBlock } from './pem.js';
import { refuseFile } from './upload.js';

/** PKCS#8, encrypted or not, PKCS#1 and SEC1: what holds a private key that is read here. */
const keyLabels = new Set([
  'PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'DSA PRIVATE KEY',
]);

export function isPrivateKey({ label }: PemBlock): boolean {
  return keyLabels.has(label);
}

/** What the blocks that are no private key are, for people. */
export function describeBlocks(blocks: readonly PemBlock[]): string {
  const names = blocks.map(({ label }) => foreign.get(label) ?? `a block "${label}"`);
  return [...new Set(names)].join(', ');
}

const foreign = new Map([
  ['CERTIFICATE', 'a certificate'],
  ['TRUSTED CERTIFICATE', 'a certificate in OpenSSL’s own form'],
  ['PUBLIC KEY', 'a public key'],
  ['RSA PUBLIC KEY', 'a public key'],
  ['CERTIFICATE REQUEST', 'a certificate signing request'],
  ['NEW CERTIFICATE REQUEST', 'a certificate signing request'],
  ['OPENSSH PRIVATE KEY', 'a private key in OpenSSH’s own form'],
  ['EC PARAMETERS', 'the parameters of a curve'],
  ['PGP PRIVATE KEY BLOCK', 'a key of OpenPGP'],
  ['PKCS7', 'a PKCS#7 bundle of certificates'],
]);

/**
 * The private key of a PEM block. Throws `invalid-input` for a pass phrase that is missing or wrong, and for what is
 * damaged; the error never repeats the input.
 */
export async function openPrivateKey(block: PemBlock, passPhrase: string | undefined): Promise<KeyObject> {
  if (block.encrypted && passPhrase === undefined) {
    throw refuseFile('The private key is encrypted: give its pass phrase as well.', 'passPhrase');
  }
  const pem = block.encrypted ? await decryptKey(block.text, passPhrase ?? '') : block.text;
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw refuseFile(
      'The private key can’t be read: it is damaged, or of a kind that is not known here.',
      'file',
      cause,
    );
  }
}

/** What a key is called in messages: `RSA with 1024 bits`, `secp256k1`, `ed25519`. */
export function describeKey({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): string {
  if (asymmetricKeyType === 'ec') return details?.namedCurve ?? 'EC with a curve of its own';
  if (asymmetricKeyType === 'rsa') return `RSA with ${details?.modulusLength} bits`;
  return asymmetricKeyType ?? 'of an unknown kind';
}

/** What a key is called in policies and certificates; null for one that we would not make ourselves. */
export function keyAlgorithmOf({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): KeyAlgorithm | null {
  const made: Record<string, KeyAlgorithm> = {
    prime256v1: 'P-256',
    secp384r1: 'P-384',
    2048: 'RSA-2048',
    3072: 'RSA-3072',
    4096: 'RSA-4096',
  };
  const detail = asymmetricKeyType === 'rsa' ? details?.modulusLength : details?.namedCurve;
  return made[detail ?? ''] ?? null;
}
