/** Keys of accounts and certificates, generated in a thread so that an RSA key does not stop the event loop. */
import { createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { SignatureAlgorithm } from './jws.js';
import { AcmeInputError } from './problem.js';

export const CERTIFICATE_KEY_TYPES = ['P-256', 'P-384', 'RSA-2048', 'RSA-3072', 'RSA-4096'] as const;

export type CertificateKeyType = (typeof CERTIFICATE_KEY_TYPES)[number];

const generate = promisify(generateKeyPair);

/** A new private key for a certificate. RSA takes from 0.1 s to several seconds of a thread. */
export async function generateCertificateKey(type: CertificateKeyType): Promise<KeyObject> {
  switch (type) {
    case 'P-256':
    case 'P-384':
      return (await generate('ec', { namedCurve: type })).privateKey;
    case 'RSA-2048':
    case 'RSA-3072':
    case 'RSA-4096':
      return (await generate('rsa', { modulusLength: Number(type.slice(4)) })).privateKey;
  }
}

/** A new account key. ES256 is what every CA takes; RS256 makes a key of 2048 bits. */
export async function generateAccountKey(algorithm: SignatureAlgorithm = 'ES256'): Promise<KeyObject> {
  return generateCertificateKey(({ ES256: 'P-256', ES384: 'P-384', RS256: 'RSA-2048' } as const)[algorithm]);
}

/** The private key as PKCS #8 PEM, not encrypted. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A private key from PEM (PKCS #8, PKCS #1 or SEC 1, not encrypted). The error never repeats the input. */
export function privateKeyFromPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new AcmeInputError('This is no private key in PEM form, or it is encrypted: decrypt it first.', {
      cause: error,
    });
  }
}

/**
 * Signs without stopping the event loop: for RSA, which takes milliseconds; for EC the way there and back is longer.
 */
export const signInThread = promisify(
  (hash: string, data: Uint8Array, key: KeyObject, done: (error: Error | null, signature: Buffer) => void) =>
    sign(hash, data, key, done),
);
