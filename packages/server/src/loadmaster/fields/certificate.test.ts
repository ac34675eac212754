import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { newCertificate, newKey } from '../../key-files/testing/openssl.js';
import { listedCertificate } from './certificate.js';

const certificate = (kind: string) => newCertificate({ subject: '/CN=www.example.com', key: newKey(kind) });
/** The last bytes of a SubjectPublicKeyInfo are the point. */
const point = (key: string, bytes: number) =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-bytes).toString('hex').toUpperCase();

test('an RSA key is shown by its modulus', () => {
  const { pem, key } = certificate('RSA-2048');
  const { n = '' } = createPublicKey(key).export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url').toString('hex').toUpperCase();
  expect(modulus).toHaveLength(512);
  expect(listedCertificate('www', pem)).toEqual({ name: 'www', type: 'RSA', modulus });
});

test.each([
  ['P-256', 65],
  ['P-384', 97],
  ['ED25519', 32],
])('a key on %s is shown by its point, beside an empty modulus', (kind, bytes) => {
  const { pem, key } = certificate(kind);
  const expected = { name: 'www', type: 'ECC', modulus: '', publickey: point(key, bytes) };
  expect(listedCertificate('www', pem)).toEqual(expected);
});

test('of a chain the first certificate is shown', () => {
  const [leaf, issuer] = [certificate('P-256'), certificate('P-256')];
  expect(listedCertificate('www', leaf.pem + issuer.pem)).toEqual(listedCertificate('www', leaf.pem));
});
