/**
 * SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of the keys that certificates have.
 *
 * Written by ourselves from the JWK: OpenSSL 3's own encoder takes 0.5 ms for a P-256 key, this 0.05 ms, and it is
 * needed twice for each certificate (docs/decisions/acme-der.md).
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { bitString, NULL, oid, sequence, unsigned } from './der.js';

const EC_PUBLIC_KEY = oid('1.2.840.10045.2.1');
const CURVES: Record<string, Buffer> = {
  'P-256': sequence(EC_PUBLIC_KEY, oid('1.2.840.10045.3.1.7')),
  'P-384': sequence(EC_PUBLIC_KEY, oid('1.3.132.0.34')),
};
const RSA_ENCRYPTION = sequence(oid('1.2.840.113549.1.1.1'), NULL);

/** What was worked out for a key object, which never changes. */
const known = new WeakMap<KeyObject, Buffer>();

/**
 * SubjectPublicKeyInfo in DER, of a private or a public key: equal for equal keys. The caller's to keep, and to change.
 */
export function spki(key: KeyObject): Buffer {
  const before = known.get(key);
  if (before) return Buffer.from(before);
  const der = encode(key);
  known.set(key, der);
  return Buffer.from(der);
}

function encode(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const type = publicKey.asymmetricKeyType;
  if (type === 'ec' || type === 'rsa') {
    const { crv = '', x, y, n, e } = publicKey.export({ format: 'jwk' });
    const curve = CURVES[crv];
    // RFC 5480 §2.2: an uncompressed point is 04, x, y.
    if (curve && x && y) return sequence(curve, bitString(Buffer.concat([Uint8Array.of(4), octets(x), octets(y)])));
    if (n && e) return sequence(RSA_ENCRYPTION, bitString(sequence(unsigned(octets(n)), unsigned(octets(e)))));
  }
  return publicKey.export({ type: 'spki', format: 'der' });
}

const octets = (base64url: string): Buffer => Buffer.from(base64url, 'base64url');
