/** Every keystore that is written is read by those that people read it with: OpenSSL 3 and Java's keytool. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeKeystore } from '../../../packages/server/src/key-files/keystore.js';
import { pemBlocks } from '../../../packages/server/src/key-files/pem.js';
import { type MadeCertificate, newChain, newKey } from '../../../packages/server/src/key-files/testing/openssl.js';
import { inKeytool, keyFromJava, openssl } from './programs.js';

const kinds = ['P-256', 'P-384', 'RSA-2048'];
const made = new Map(kinds.map(kind => [kind, newChain({ key: newKey(kind) })]));
const password = 'a "good" p@ss phrase';
const now = Date.parse('2026-11-21T12:00:00Z');

function contentOf(kind: string, withKey = true) {
  const { leaf, intermediate } = made.get(kind) as { leaf: MadeCertificate; intermediate: MadeCertificate };
  return {
    ...{ leaf, intermediate },
    content: { name: 'Shop', certificates: leaf.pem + intermediate.pem, privateKey: withKey ? leaf.key : null },
  };
}

const fingerprints = (pem: string) =>
  pemBlocks(Buffer.from(pem))
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ text }) => new X509Certificate(text).fingerprint256);

const keyIn = (pem: string) => pemBlocks(Buffer.from(pem)).find(({ label }) => label === 'PRIVATE KEY')?.text;

async function keystore(type: 'pkcs12' | 'pkcs12-legacy' | 'jks', kind: string, withKey = true): Promise<Buffer> {
  const { file, privateKey } = await makeKeystore(type, contentOf(kind, withKey).content, password, now);
  expect(privateKey).toBeNull();
  return file as Buffer;
}

/** What OpenSSL finds in a PFX, with what it says of its protection. */
function opened(file: Buffer, passPhrase = password) {
  const { stdout, stderr } = openssl('pkcs12 -info -nodes -passin env:PASS', file, passPhrase);
  return { stdout: stdout.toString(), stderr };
}

describe.each(kinds)('%s', kind => {
  const { content, leaf, intermediate } = contentOf(kind);

  test.each([
    [
      'pkcs12',
      /MAC: sha256, Iteration 100000/,
      /Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256/,
    ],
    ['pkcs12-legacy', /MAC: sha1, Iteration 2048/, /Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048/],
  ] as const)('%s: OpenSSL reads it, without the module of old ciphers', async (type, mac, bag) => {
    const { stdout, stderr } = opened(await keystore(type, kind));
    expect(keyIn(stdout)).toBe(leaf.key);
    expect(fingerprints(stdout)).toEqual(fingerprints(content.certificates));
    expect(stdout).toContain('friendlyName: Shop');
    expect(stderr).toMatch(mac);
    expect(stderr).toMatch(bag);
  });

  test.each(['pkcs12', 'pkcs12-legacy', 'jks'] as const)('%s: keytool reads it, and Java its key', async type => {
    const file = await keystore(type, kind);
    const listed = inKeytool(file, password, ['-list', '-v', '-alias', 'shop']);
    expect(listed).toContain('Entry type: PrivateKeyEntry');
    expect(listed).toContain('Certificate chain length: 2');
    for (const pem of [leaf.pem, intermediate.pem]) expect(listed).toContain(new X509Certificate(pem).fingerprint256);
    expect(keyFromJava(file, password, 'shop')).toBe(
      createPrivateKey(leaf.key).export({ type: 'pkcs8', format: 'pem' }),
    );
    expect(() => inKeytool(file, 'another', ['-list'])).toThrow(/password was incorrect|tampered/);
  });

  test('pem: OpenSSL reads the key under its pass phrase, also one that is not ASCII', async () => {
    for (const passPhrase of [password, 'Schlüssel „1“']) {
      const { privateKey, file } = await makeKeystore('pem', content, passPhrase, now);
      expect(file).toBeNull();
      expect(privateKey).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
      expect(openssl('pkey -passin env:PASS', privateKey ?? '', passPhrase).stdout.toString()).toBe(leaf.key);
    }
  });
});

describe('without a key', () => {
  const { content } = contentOf('P-256', false);

  test('pkcs12: OpenSSL finds the certificates; Java sees none, as the documentation says', async () => {
    for (const type of ['pkcs12', 'pkcs12-legacy'] as const) {
      const file = await keystore(type, 'P-256', false);
      const { stdout } = opened(file);
      expect(fingerprints(stdout)).toEqual(fingerprints(content.certificates));
      expect(keyIn(stdout)).toBeUndefined();
      expect(inKeytool(file, password, ['-list'])).toContain('contains 0 entries');
    }
  });

  test('jks: Java trusts the certificates, each under an alias', async () => {
    const listed = inKeytool(await keystore('jks', 'P-256', false), password, ['-list']);
    expect(listed).toMatch(/^shop, .*trustedCertEntry/m);
    expect(listed).toMatch(/^shop-2, .*trustedCertEntry/m);
    expect(listed).toContain('contains 2 entries');
  });

  test('pem: nothing but the certificates', async () => {
    expect(await makeKeystore('pem', content, null, now)).toEqual({ privateKey: null, file: null });
  });
});

describe('passwords', () => {
  test('a key is plain in PEM alone, and there as it is kept', async () => {
    const { content, leaf } = contentOf('P-384');
    expect((await makeKeystore('pem', content, null, now)).privateKey).toBe(leaf.key);
  });

  test.each([
    ['pkcs12', null, /always is under a password/],
    ['pkcs12-legacy', null, /always is under a password/],
    ['jks', null, /always is under a password/],
    ['pkcs12', 'Schlüssel', /ASCII/],
    ['pkcs12-legacy', 'Schlüssel', /ASCII/],
    ['jks', 'Schlüssel', /ASCII/],
    ['pkcs12', 'tab\there', /ASCII/],
    ['jks', 'short', /at least 6 characters/],
  ] as const)('%s under %j: refused', async (type, wrong, message) => {
    const making = makeKeystore(type, contentOf('P-256').content, wrong, now);
    await expect(making).rejects.toMatchObject({ code: 'invalid-input', fields: [{ path: 'password' }] });
    await expect(making).rejects.toThrow(message);
  });

  test('Java does refuse the non-ASCII one that we do', () => {
    const { leaf, intermediate } = contentOf('P-256');
    const pem = leaf.key + leaf.pem + intermediate.pem;
    const { stdout } = openssl('pkcs12 -export -passout env:PASS', pem, 'Schlüssel');
    expect(() => inKeytool(stdout, 'Schlüssel', ['-list'])).toThrow(/password was incorrect/);
  });

  test('the shortest ones', async () => {
    const { content } = contentOf('P-256');
    const pfx = (await makeKeystore('pkcs12', content, 'x', now)).file as Buffer;
    expect(keyIn(opened(pfx, 'x').stdout)).toBe(content.privateKey);
    expect(inKeytool(pfx, 'x', ['-list'])).toContain('contains 1 entry');
    const jks = (await makeKeystore('jks', content, 'sixsix', now)).file as Buffer;
    expect(inKeytool(jks, 'sixsix', ['-list'])).toContain('contains 1 entry');
  });
});
