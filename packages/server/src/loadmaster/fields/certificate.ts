import { X509Certificate } from 'node:crypto';
import type { Data } from '../command.js';

/**
 * A certificate as listcert and listintermediate show it. `modulus` is always there, since a client expects it: that of
 * an RSA key, empty for others. Those have their point in `publickey` instead. Both are hexadecimal in upper case.
 */
export function listedCertificate(name: string, chain: string): Data {
  const { n, x, y } = new X509Certificate(chain).publicKey.export({ format: 'jwk' });
  if (n !== undefined) return { name, type: 'RSA', modulus: hexadecimal(n) };
  // Uncompressed, as in SEC 1 §2.3.3; Ed25519 has one coordinate (RFC 8032 §5.1.2).
  const point = y === undefined ? hexadecimal(x) : `04${hexadecimal(x)}${hexadecimal(y)}`;
  return { name, type: 'ECC', modulus: '', publickey: point };
}

function hexadecimal(base64url = ''): string {
  return Buffer.from(base64url, 'base64url').toString('hex').toUpperCase();
}
