/** Keystores that keytool has made, and what is wrong with others. */
import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readCertificateFile } from '../../../packages/server/src/key-files/certificate-file.js';
import { writeJks } from '../../../packages/server/src/key-files/jks.js';
import { newChain } from '../../../packages/server/src/key-files/testing/openssl.js';
import { madeByKeytool } from './programs.js';

const password = 'hush hush';
const pair = (alias: string, ...more: string[]) => [
  ...['-genkeypair', '-alias', alias, '-dname', `CN=${alias}`, '-ext', `san=dns:${alias}.example.com`],
  ...more,
];
const [ec, rsa] = [
  ['-keyalg', 'EC', '-groupname', 'secp384r1'],
  ['-keyalg', 'RSA', '-keysize', '2048'],
];

describe('read as keytool writes them', () => {
  test.each([
    ['JKS, EC', 'jks', ec, 'ec'],
    ['JKS, RSA', 'jks', rsa, 'rsa'],
    ['PKCS#12, EC', 'pkcs12', ec, 'ec'],
    ['PKCS#12, RSA', 'pkcs12', rsa, 'rsa'],
  ])('%s', async (_, type, algorithm, kind) => {
    const file = madeByKeytool(password, pair('shop', ...algorithm, '-storetype', type));
    const { leaf, key, others } = await readCertificateFile(file, password);
    expect(leaf.subject).toBe('CN=shop');
    expect(key.asymmetricKeyType).toBe(kind);
    expect(leaf.checkPrivateKey(key)).toBe(true);
    expect(others).toEqual([]);
  });

  test('a chain, and certificates that Java trusts beside it', async () => {
    const signer = pair('ca', ...ec, '-storetype', 'jks', '-ext', 'bc:c');
    const signed = pair('shop', ...ec, '-storetype', 'jks', '-signer', 'ca');
    const withoutSigner = ['-delete', '-alias', 'ca'];
    const file = madeByKeytool(password, signer, signed, withoutSigner);
    const { leaf, others } = await readCertificateFile(file, password);
    expect([leaf.subject, ...others.map(({ subject }) => subject)]).toEqual(['CN=shop', 'CN=ca']);
  });
});

describe('refused, saying why', () => {
  const { leaf, root } = newChain();
  const { raw } = new X509Certificate(leaf.pem);
  const trusted = writeJks({ keys: [], certificates: [{ alias: 'a', certificate: raw }] }, password, 0);
  const noKey = { alias: 'a', key: Buffer.from('no key'), chain: [new X509Certificate(root.pem).raw] };
  const jks = madeByKeytool(password, pair('shop', ...ec, '-storetype', 'jks'));

  test.each<[string, () => Buffer, string | undefined, string, RegExp]>([
    ['a wrong pass phrase', () => jks, 'other', 'passPhrase', /pass phrase is wrong, or the JKS is damaged/],
    ['no pass phrase', () => jks, undefined, 'passPhrase', /is protected/],
    ['one that is cut off', () => jks.subarray(0, 300), password, 'passPhrase', /damaged/],
    ['one with a damaged octet', () => Buffer.from(jks).fill(0, 100, 101), password, 'passPhrase', /damaged/],
    ['its beginning alone', () => jks.subarray(0, 6), password, 'file', /ends within its beginning/],
    [
      'a key under a pass phrase of its own',
      () => madeByKeytool(password, pair('shop', ...ec, '-storetype', 'jks', '-keypass', 'another')),
      password,
      'passPhrase',
      /"shop" has another pass phrase than the store. Give both the same/,
    ],
    [
      'two keys',
      () => madeByKeytool(password, ...['a', 'b'].map(alias => pair(alias, ...ec, '-storetype', 'jks'))),
      password,
      'file',
      /2 private keys \("a", "b"\)/,
    ],
    ['certificates alone', () => trusted, password, 'file', /1 certificate\(s\), but no private key/],
    [
      'what is no key',
      () => writeJks({ keys: [noKey], certificates: [] }, password, 0),
      password,
      'file',
      /private key can’t be read/,
    ],
    [
      'a JCEKS',
      () => madeByKeytool(password, pair('shop', ...ec, '-storetype', 'jceks')),
      password,
      'file',
      /JCEKS.*-deststoretype pkcs12/,
    ],
    [
      'a PKCS#12 with another pass phrase',
      () => madeByKeytool(password, pair('shop', ...ec, '-storetype', 'pkcs12')),
      'other',
      'passPhrase',
      /pass phrase is wrong/,
    ],
  ])('%s', async (_, make, passPhrase, path, message) => {
    const reading = readCertificateFile(make(), passPhrase);
    await expect(reading).rejects.toMatchObject({ code: 'invalid-input', fields: [{ path }] });
    await expect(reading).rejects.toThrow(message);
  });
});
