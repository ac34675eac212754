import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { CERTIFICATE_KEY_TYPES, generateCertificateKey } from './key.js';
import { spki } from './spki.js';

// RSA keys take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

test.each(CERTIFICATE_KEY_TYPES)('of a key of type %s is what OpenSSL writes, of either half', async type => {
  const key = await generateCertificateKey(type);
  const publicKey = createPublicKey(key);
  const expected = publicKey.export({ type: 'spki', format: 'der' });
  expect(spki(key).equals(expected)).toBe(true);
  expect(spki(publicKey).equals(expected)).toBe(true);
});

test('of another kind of key is left to OpenSSL', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  expect(spki(publicKey).equals(publicKey.export({ type: 'spki', format: 'der' }))).toBe(true);
});

test('is given to each caller anew: what one does with it is nothing to the next', async () => {
  const key = await generateCertificateKey('P-256');
  const expected = Buffer.from(spki(key));
  spki(key).fill(0);
  expect(spki(key).equals(expected)).toBe(true);
});

test('has fixed lengths for coordinates that begin with zeros', () => {
  for (let i = 0; i < 600; i += 1) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(spki(publicKey)).toHaveLength(91);
  }
});
