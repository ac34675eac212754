import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { Instant } from '../domain/time.js';
import type { CertificatePair } from './tls.js';

/** Whoever pins the fingerprint should not be surprised by a new one: ten years. */
const lifetimeYears = 10;

/**
 * A self-signed server certificate with a P-256 key for these DNS names and addresses, valid from a day before `now`
 * (clocks differ) for ten years.
 *
 * The library is loaded here, once in the life of a data folder: it needs a global polyfill.
 */
export async function selfSigned(names: readonly string[], now: Instant): Promise<CertificatePair> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + lifetimeYears);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Certfleet',
    notBefore: new Date(now - 86_400_000),
    notAfter,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map(value => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
  };
}
