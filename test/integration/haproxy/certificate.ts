import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithms = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
};

export interface TestCertificate {
  /** Leaf and key. */
  pem: string;
  /** As X509Certificate spells it. */
  serialNumber: string;
}

export interface CertificateRequest {
  names: readonly string[];
  keyType?: 'ec' | 'rsa';
  /** Used again for all certificates that don't need a key of their own: making one takes time. */
  keys?: webcrypto.CryptoKeyPair;
}

export function generateKeys(keyType: 'ec' | 'rsa' = 'ec', modulusLength = 2048): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ ...algorithms[keyType], modulusLength }, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

/** A self-signed certificate for these names. */
export async function issue({ names, keyType = 'ec', keys }: CertificateRequest): Promise<TestCertificate> {
  const pair = keys ?? (await generateKeys(keyType));
  // The first bit is 0 and the second 1: a positive number of full length.
  const serialNumber = `4${randomBytes(8).toString('hex').slice(1)}`.toUpperCase();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: `CN=${names[0] ?? 'no name'}`,
    keys: pair,
    signingAlgorithm: algorithms[keyType],
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    extensions: [new x509.SubjectAlternativeNameExtension(names.map(value => ({ type: 'dns', value })))],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', pair.privateKey);
  return { pem: `${certificate.toString('pem')}\n\n${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`, serialNumber };
}
