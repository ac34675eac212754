import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { describeKey } from './private-key.js';
import { refuseFile } from './upload.js';

/** Of RSA keys, in bits. Longer ones cost a server more for each handshake than they are worth to anyone. */
const rsaBits = { least: 2048, most: 8192 };
/** CA/Browser Forum Baseline Requirements §6.1.6: smaller exponents are only tolerated, and were often broken. */
const leastExponent = 65_537n;
/** In bits: of the curves that are named with less, none is safe by now. */
const leastCurve = 256;

/**
 * Refuses a key, private or public, that protects nothing, or that TLS servers and clients of today don't take. `path` is
 * the field that the error names.
 */
export function refuseWeakKey(key: KeyObject, path = 'file'): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') refuseWeakRsa(key, path);
  if (type === 'rsa' || type === 'ed25519') return;
  // Without a name, the curve is of the file's own making.
  const bits = Number(/\d{3}/.exec(details?.namedCurve ?? '')?.[0] ?? 0);
  if (type === 'ec' && bits >= leastCurve) return;
  throw refuseFile(`The key is ${describeKey(key)}, which TLS servers of today refuse. ${wanted}`, path);
}

const wanted = `Keys are RSA with ${rsaBits.least} to ${rsaBits.most} bits, EC with at least ${leastCurve}, or Ed25519.`;

function refuseWeakRsa(key: KeyObject, path: string): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < rsaBits.least) {
    throw refuseFile(`The key is too weak: ${describeKey(key)}, which TLS servers of today refuse. ${wanted}`, path);
  }
  if (modulusLength > rsaBits.most) throw refuseFile(`The key is ${describeKey(key)}. ${wanted}`, path);
  if (publicExponent < leastExponent || publicExponent % 2n === 0n) {
    throw refuseFile(
      `The key is too weak: its public exponent is ${publicExponent}. RSA keys have ${leastExponent}, or another odd number above it.`,
      path,
    );
  }
}

/**
 * Refuses a private key whose halves do not belong together, which OpenSSL does not notice when it reads one: it would
 * sign what nobody can verify.
 */
export function refuseMismatchedHalves(key: KeyObject): void {
  const message = 'The private key is damaged: its halves do not belong together.';
  const probe = Buffer.from('the halves belong together');
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  let fits: boolean;
  try {
    fits = verify(hash, probe, createPublicKey(key), sign(hash, probe, key));
  } catch (cause) {
    throw refuseFile(message, 'file', cause);
  }
  if (!fits) throw refuseFile(message);
}
