/** The self-signed certificate of tls-alpn-01 (RFC 8737 §3), for DNS names and IP addresses (RFC 8738 §6). */
import { createHash, randomBytes } from 'node:crypto';
import { contextConstructed, der, octetString, sequence, TAG, text, unsigned } from './der.js';
import { ipOctets } from './identifier.js';
import { generateCertificateKey, privateKeyPem } from './key.js';
import type { Identifier } from './problem.js';
import { spki } from './spki.js';
import { extension, OID, signed, subjectAltName, writeName } from './x509.js';

/** The ALPN protocol under which the CA asks for that certificate, and nobody else does. */
export const ACME_TLS_ALPN_PROTOCOL = 'acme-tls/1';

export interface TlsAlpnCertificate {
  certificatePem: string;
  privateKeyPem: string;
  /** The SNI with which the CA asks for it. */
  serverName: string;
}

const DAY_MS = 86_400_000;

/**
 * A certificate with a P-256 key of its own, to be served to TLS clients that offer only `acme-tls/1`.
 *
 * RFC 8737 §3: one subjectAltName with the identifier, and a critical acmeIdentifier extension that holds the SHA-256
 * of the key authorization. Valid for a week around `now` (milliseconds since the epoch); the CA does not check that.
 */
export async function tlsAlpnCertificate(
  identifier: Identifier,
  keyAuthorization: string,
  now: number = Date.now(),
): Promise<TlsAlpnCertificate> {
  const key = await generateCertificateKey('P-256');
  const name = writeName({ commonName: 'ACME challenge' });
  const digest = createHash('sha256').update(keyAuthorization).digest();
  const certificate = await signed(key, algorithm =>
    sequence(
      der(contextConstructed(0), unsigned(Uint8Array.of(2))),
      unsigned(randomBytes(16)),
      algorithm,
      name,
      sequence(utcTime(now - DAY_MS), utcTime(now + 6 * DAY_MS)),
      name,
      spki(key),
      der(
        contextConstructed(3),
        sequence(subjectAltName([identifier]), extension(OID.acmeIdentifier, octetString(digest), true)),
      ),
    ),
  );
  const base64 = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    privateKeyPem: privateKeyPem(key),
    serverName: tlsAlpnServerName(identifier),
  };
}

/**
 * The SNI of a tls-alpn-01 validation. RFC 8738 §6: for an IP address, its name in in-addr.arpa or ip6.arpa, because
 * SNI cannot hold an address.
 */
export function tlsAlpnServerName(identifier: Identifier): string {
  if (identifier.type === 'dns') return identifier.value;
  const octets = [...ipOctets(identifier.value)].reverse();
  if (octets.length === 4) return `${octets.join('.')}.in-addr.arpa`;
  return `${octets.flatMap(octet => [(octet & 15).toString(16), (octet >> 4).toString(16)]).join('.')}.ip6.arpa`;
}

/** RFC 5280 §4.1.2.5: years through 2049 are UTCTime, with two digits of the year. */
function utcTime(moment: number): Buffer {
  return text(TAG.utcTime, `${new Date(moment).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`);
}
