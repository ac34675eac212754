import { webcrypto } from 'node:crypto';

/**
 * A self-signed certificate with its key (PEM), for an HTTPS service that has no certificate yet: HAProxy refuses an
 * empty crt-list. Nobody is meant to trust it, and it has no names.
 *
 * The library is loaded when this is called, once in the life of an instance: it needs a global polyfill.
 */
export async function generatePlaceholder(): Promise<string> {
  await import('reflect-metadata');
  const { PemConverter, X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Certfleet placeholder',
    notBefore: new Date('2020-01-01T00:00:00Z'),
    // RFC 5280 §4.1.2.5: for "no well-defined expiration date".
    notAfter: new Date('9999-12-31T23:59:59Z'),
    keys,
    signingAlgorithm: algorithm,
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${certificate.toString('pem')}\n${PemConverter.encode(key, 'PRIVATE KEY')}\n`;
}
