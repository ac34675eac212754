import { createCipheriv, createHash, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readAccountKey } from './account-key.js';
import { decryptKey } from './openssl.js';
import { newCertificate, newKey, openssl } from './testing/openssl.js';
import { readUpload } from './upload.js';

// RSA keys and processes take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let p256: string;
let p384: string;
let rsa: string;
beforeAll(() => {
  [p256, p384, rsa] = [newKey('P-256'), newKey('P-384'), newKey('RSA-2048')];
});

const read = (content: string | Buffer, passPhrase?: string) => readAccountKey(Buffer.from(content), passPhrase);
const publicHalf = (key: KeyObject) => key.export({ format: 'jwk' });
const jwk = (pem: string) => createPrivateKey(pem).export({ format: 'jwk' });

/** How a file is made of PKCS#8 PEM: by openssl, or as a client writes it. */
type Making = (pem: string) => string | Buffer;
const by =
  (command: string): Making =>
  pem =>
    openssl(command, pem);

describe('the files of other clients', () => {
  test.each<[string, () => string, Making, string]>([
    ['certbot: private_key.json, RSA', () => rsa, pem => JSON.stringify(jwk(pem)), 'RS256'],
    ['certbot: private_key.json, EC', () => p384, pem => JSON.stringify(jwk(pem)), 'ES384'],
    ['acme.sh: account.key, EC', () => p256, by('ec'), 'ES256'],
    ['acme.sh and dehydrated with OpenSSL 1: PKCS#1', () => rsa, by('rsa -traditional'), 'RS256'],
    ['dehydrated with OpenSSL 3: PKCS#8', () => rsa, pem => pem, 'RS256'],
    [
      'dehydrated: account_key.pem, the curve in front',
      () => p384,
      pem => `${openssl('ecparam -name secp384r1')}${openssl('ec', pem)}`,
      'ES384',
    ],
    ['lego: keys/<e-mail>.key, EC', () => p256, by('ec'), 'ES256'],
    ['lego: keys/<e-mail>.key, RSA', () => rsa, by('rsa -traditional'), 'RS256'],
    ['Windows line ends and a byte order mark', () => p256, pem => `\uFEFF${pem.replaceAll('\n', '\r\n')}`, 'ES256'],
    ['a certificate beside it', () => p256, pem => `${newCertificate({ subject: '/CN=x' }).pem}${pem}`, 'ES256'],
  ])('%s', async (_, source, making, algorithm) => {
    const { key, algorithm: found } = await read(making(source()));
    expect(found).toBe(algorithm);
    expect(publicHalf(key)).toEqual(jwk(source()));
  });
});

describe('encrypted keys', () => {
  test.each<[string, () => string, Making]>([
    ['PBES2: AES-256, PBKDF2 with HMAC-SHA-256', () => p256, by('pkcs8 -topk8 -v2 aes-256-cbc -passout pass:hush')],
    ['PBES2: AES-128, scrypt', () => p256, by('pkcs8 -topk8 -v2 aes-128-cbc -scrypt -passout pass:hush')],
    [
      'PBES2: 3DES, PBKDF2 with HMAC-SHA-1',
      () => rsa,
      by('pkcs8 -topk8 -v2 des3 -v2prf hmacWithSHA1 -passout pass:hush'),
    ],
    ['PBES1: SHA-1 and 3DES (PKCS#12)', () => rsa, by('pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:hush')],
    [
      'PBES1: MD5 and DES (PKCS#5 v1.5), which OpenSSL 3 calls legacy',
      () => rsa,
      by('pkcs8 -topk8 -v1 PBE-MD5-DES -provider legacy -provider default -passout pass:hush'),
    ],
    ['SEC1, RFC 1421', () => p256, by('ec -aes256 -passout pass:hush')],
    ['PKCS#1, RFC 1421', () => rsa, by('rsa -traditional -aes128 -passout pass:hush')],
    ['PKCS#1, RFC 1421 with 3DES', () => rsa, by('rsa -traditional -des3 -passout pass:hush')],
  ])('%s', async (_, source, making) => {
    const file = making(source());
    expect(publicHalf((await read(file, 'hush')).key)).toEqual(jwk(source()));
    const refused = { code: 'invalid-input', fields: [{ path: 'passPhrase' }] };
    await expect(read(file, 'other')).rejects.toMatchObject(refused);
    await expect(read(file)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('is encrypted') });
  });

  test('a wrong pass phrase after which the padding looks right is a wrong pass phrase all the same', async () => {
    const salt = randomBytes(8);
    const digest = (...parts: (string | Buffer)[]) =>
      parts.reduce((md5, part) => md5.update(part), createHash('md5')).digest();
    const first = digest('hush', salt);
    const cipher = createCipheriv(
      'des-ede3-cbc',
      Buffer.concat([first, digest(first, 'hush', salt)]).subarray(0, 24),
      salt,
    );
    const noKey = Buffer.concat([cipher.update(randomBytes(1200)), cipher.final()]);
    const file = [
      '-----BEGIN RSA PRIVATE KEY-----',
      'Proc-Type: 4,ENCRYPTED',
      `DEK-Info: DES-EDE3-CBC,${salt.toString('hex').toUpperCase()}`,
      '',
      ...(noKey.toString('base64').match(/.{1,64}/g) ?? []),
      '-----END RSA PRIVATE KEY-----',
      '',
    ].join('\n');
    const refused = { code: 'invalid-input', fields: [{ path: 'passPhrase' }] };
    await expect(read(file, 'hush')).rejects.toMatchObject(refused);
  });

  test('with a pass phrase that is not ASCII', async () => {
    const passphrase = 'Schlüssel „1“';
    const file = createPrivateKey(p256).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
    expect(publicHalf((await read(file, passphrase)).key)).toEqual(jwk(p256));
  });

  test('with a key derivation that takes too long: given up', async () => {
    const file = openssl('pkcs8 -topk8 -v2 aes-256-cbc -iter 70000 -passout pass:hush', p256).toString();
    const der = Buffer.from(file.replace(/-----.*-----|\n/g, ''), 'base64');
    // 8,388,607 iterations instead.
    der.set([0x02, 0x03, 0x7f, 0xff, 0xff], der.indexOf(Buffer.from([0x02, 0x03, 0x01, 0x11, 0x70])));
    const slow = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${der.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
    await expect(decryptKey(slow, 'hush', 200)).rejects.toThrow(/within 0.2 seconds/);
  });

  test('without the command on the server: says what to install, and what else to do', async () => {
    const file = openssl('pkcs8 -topk8 -v2 aes-256-cbc -passout pass:hush', p256);
    vi.stubEnv('PATH', '/nonexistent');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(read(file, 'hush')).rejects.toMatchObject({
      code: 'not-possible',
      message: expect.stringMatching(/apt-get install openssl.*decrypted/),
    });
  });
});

describe('what is no account key is refused by name', () => {
  test.each<[string, () => string | Buffer, RegExp]>([
    ['a certificate', () => newCertificate({ subject: '/CN=x' }).pem, /holds a certificate, but no private key/],
    ['a public key', () => openssl('pkey -pubout', p256), /holds a public key/],
    [
      'a CSR',
      () => '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n',
      /signing request/,
    ],
    ['OpenSSH', () => '-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----\n', /OpenSSH/],
    ['two keys', () => p256 + p384, /2 private keys/],
    // Not by chance: of 256 random files one begins like JSON.
    ['noise', () => createHash('shake256', { outputLength: 60_000 }).digest(), /neither PEM .* nor a JWK/],
    ['noise that begins like JSON', () => Buffer.from([0x7b, 0xff, 0x00, 0x30]), /begins like JSON, but is damaged/],
    ['text', () => 'hello', /certbot’s private_key.json/],
    ['a damaged key', () => p256.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'), /damaged/],
    ['certbot: regr.json', () => '{"body": {}, "uri": "https://ca.example/acct/1"}', /private_key.json that holds/],
    ['a public JWK', () => JSON.stringify({ ...jwk(p256), d: undefined }), /public key/],
    ['a symmetric JWK', () => '{"kty":"oct","k":"AAAA"}', /symmetric/],
    ['a JWK without a half', () => JSON.stringify({ ...jwk(p256), x: undefined }), /does not fit/],
    ['a JWK with the halves of two', () => JSON.stringify({ ...jwk(newKey('P-256')), d: jwk(p256).d }), /does not fit/],
    ['a JWK set', () => JSON.stringify({ keys: [jwk(p256)] }), /no JWK/],
    ['damaged JSON', () => '{"kty":"EC","d":"c2VjcmV0', /damaged/],
    ['a list', () => '[1]', /no JWK/],
    ['P-521', () => newKey('P-521'), /secp521r1/],
    ['secp256k1', () => newKey('secp256k1'), /secp256k1/],
    ['Ed25519', () => newKey('ED25519'), /ed25519/],
    ['Ed25519 as JWK', () => JSON.stringify(jwk(newKey('ED25519'))), /ed25519/],
    ['RSA with 1024 bits', () => newKey('RSA-1024'), /1024 bits/],
  ])('%s', async (_, make, message) => {
    const failure = await read(make()).catch(error => error);
    expect(failure).toMatchObject({ code: 'invalid-input', fields: [{ path: 'file' }] });
    expect(failure.message).toMatch(message);
    // The secret of the damaged JSON, in case an error repeats its input.
    expect(JSON.stringify([failure.message, failure.stack, `${failure.cause}`])).not.toContain('c2VjcmV0');
  });

  test.each([
    ['is too large', Buffer.alloc(10_000_000, 7), 'too-large'],
    ['is empty', Buffer.alloc(0), 'invalid-input'],
  ])('a file that %s is not looked into', (_, content, code) => {
    expect(() => readUpload(content, 'accountKey')).toThrow(expect.objectContaining({ code }));
    expect(() => readUpload(content.toString('base64'), 'accountKey')).toThrow(expect.objectContaining({ code }));
  });
});
