import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readCertificateKey } from './certificate-key.js';
import { writeJks } from './jks.js';
import { keyAlgorithmOf } from './private-key.js';
import { newCertificate, newKey, newPfx, openssl } from './testing/openssl.js';

// RSA keys and processes take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let p256: string;
let rsa: string;
beforeAll(() => {
  [p256, rsa] = [newKey('P-256'), newKey('RSA-2048')];
});

const read = (content: string | Buffer, passPhrase?: string) => readCertificateKey(Buffer.from(content), passPhrase);
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsaWith = (modulusLength: number, publicExponent: number) =>
  pemOf(generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey);

describe('read', () => {
  test.each<[string, () => string | Buffer, string?]>([
    ['PKCS#8', () => p256],
    ['SEC1, with its parameters in front', () => `${openssl('ecparam -name prime256v1')}${openssl('ec', p256)}`],
    ['encrypted', () => openssl('pkcs8 -topk8 -v2 aes-256-cbc -passout pass:hush', p256), 'hush'],
    ['with a certificate beside it', () => newCertificate({ subject: '/CN=x', key: p256 }).pem + p256],
    ['twice the same', () => p256 + p256],
    ['PFX', () => newPfx(newCertificate({ subject: '/CN=x', key: p256 }), '', 'hush'), 'hush'],
    [
      'JKS',
      () => {
        const key = createPrivateKey(p256).export({ type: 'pkcs8', format: 'der' });
        return writeJks({ keys: [{ alias: 'x', key, chain: [] }], certificates: [] }, 'hush', 0);
      },
      'hush',
    ],
  ])('%s', async (_, make, passPhrase) => {
    expect(pemOf(await read(make(), passPhrase))).toBe(p256);
  });

  test.each([
    ['P-256', () => p256, 'P-256'],
    ['P-384', () => newKey('P-384'), 'P-384'],
    ['RSA with 2048 bits', () => rsa, 'RSA-2048'],
    ['RSA in PKCS#1', () => openssl('rsa -traditional', rsa), 'RSA-2048'],
    ['RSA of a length that is not made here', () => newKey('RSA-2560'), null],
    ['RSA with a larger exponent', () => rsaWith(2048, 65_539), 'RSA-2048'],
  ])('%s', async (_, make, algorithm) => {
    expect(keyAlgorithmOf(await read(make()))).toBe(algorithm);
  });
});

/** An EC key in whose file the public half is another key's: SEC1 holds both. */
function withOtherHalf(): string {
  const other = createPrivateKey(newKey('P-256')).export({ format: 'jwk' });
  const point = Buffer.concat([
    Buffer.from([4]),
    ...[other.x, other.y].map(part => Buffer.from(part ?? '', 'base64url')),
  ]);
  const der = Buffer.from(createPrivateKey(p256).export({ type: 'sec1', format: 'der' }));
  point.copy(der, der.length - point.length);
  return `-----BEGIN EC PRIVATE KEY-----\n${der.toString('base64')}\n-----END EC PRIVATE KEY-----\n`;
}

describe('refused, saying why', () => {
  test.each<[string, () => string | Buffer, RegExp]>([
    ['RSA with 1024 bits', () => newKey('RSA-1024'), /too weak: RSA with 1024 bits/],
    ['RSA with 2047 bits', () => rsaWith(2047, 65_537), /too weak: RSA with 2047 bits/],
    ['RSA with the exponent 3', () => rsaWith(2048, 3), /too weak: its public exponent is 3/],
    ['RSA with the exponent 17', () => rsaWith(2048, 17), /too weak: its public exponent is 17/],
    ['P-192', () => newKey('prime192v1'), /prime192v1/],
    ['P-224', () => newKey('secp224r1'), /secp224r1/],
    ['P-521, which CAs refuse', () => newKey('P-521'), /secp521r1. CAs issue for P-256, P-384 and RSA/],
    ['secp256k1', () => newKey('secp256k1'), /CAs issue for/],
    ['Ed25519', () => newKey('ED25519'), /CAs issue for/],
    ['halves that do not belong together', withOtherHalf, /halves do not belong together/],
    ['two keys', () => p256 + rsa, /2 private keys/],
    ['a certificate', () => newCertificate({ subject: '/CN=x' }).pem, /no private key, but a certificate/],
    ['a public key', () => openssl('pkey -pubout', p256), /no private key, but a public key/],
    ['text', () => 'hello', /neither a PFX nor a JKS/],
    ['a damaged key', () => p256.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'), /damaged/],
  ])('%s', async (_, make, message) => {
    const reading = read(make());
    await expect(reading).rejects.toMatchObject({ code: 'invalid-input', fields: [{ path: 'file' }] });
    await expect(reading).rejects.toThrow(message);
  });
});
