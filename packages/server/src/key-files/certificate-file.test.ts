import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readCertificateFile, readOneCertificate } from './certificate-file.js';
import { buildChain } from './chain.js';
import { type MadeCertificate, newCertificate, newChain, newKey, newPfx, openssl } from './testing/openssl.js';

// RSA keys and processes take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let root: MadeCertificate;
let intermediate: MadeCertificate;
let leaf: MadeCertificate;
beforeAll(() => {
  ({ root, intermediate, leaf } = newChain());
});

const read = (content: string | Buffer, passPhrase?: string) => readCertificateFile(Buffer.from(content), passPhrase);
const serial = (pem: string) => new X509Certificate(pem).serialNumber;
const encrypted = () => openssl('pkcs8 -topk8 -v2 aes-256-cbc -passout pass:hush', leaf.key).toString();
const traditional = () => openssl('ec -aes128 -passout pass:hush', leaf.key).toString();

describe('a certificate with its key', () => {
  test.each<[string, () => string | Buffer, string?]>([
    ['PEM, the usual order', () => leaf.key + leaf.pem + intermediate.pem],
    ['PEM, the wrong way round', () => root.pem + intermediate.pem + leaf.pem + leaf.key],
    [
      'PEM, everything twice',
      () => `${leaf.pem}${leaf.key}${leaf.pem}${leaf.key}${intermediate.pem}${intermediate.pem}`,
    ],
    [
      'PEM with text around, indented, with Windows line ends',
      () =>
        `Dear customer,\n${openssl('x509 -text', leaf.pem)}--\nBag Attributes: <No Attributes>\n${leaf.key}${intermediate.pem.replace(/^/gm, '  ')}bye`.replaceAll(
          '\n',
          '\r\n',
        ),
    ],
    ['PEM with an encrypted key', () => leaf.pem + intermediate.pem + encrypted(), 'hush'],
    ['PEM with a key encrypted as in RFC 1421', () => leaf.pem + traditional() + intermediate.pem, 'hush'],
    ['PEM with a pass phrase that it does not need', () => leaf.pem + leaf.key + intermediate.pem, 'hush'],
    ['PFX as OpenSSL 3 makes it', () => newPfx(leaf, intermediate.pem, 'hush'), 'hush'],
    ['PFX as Windows made it: RC2 and 3DES', () => newPfx(leaf, intermediate.pem, 'hush', '-legacy'), 'hush'],
    ['PFX with a pass phrase that is not ASCII', () => newPfx(leaf, intermediate.pem, 'Schlüssel'), 'Schlüssel'],
    ['PFX with an empty pass phrase', () => newPfx(leaf, intermediate.pem, ''), ''],
    ['PFX with an empty pass phrase that nobody gives', () => newPfx(leaf, intermediate.pem, '')],
    ['PFX without encryption', () => newPfx(leaf, intermediate.pem, '', '-keypbe NONE -certpbe NONE -nomac')],
  ])('%s', async (_, make, passPhrase) => {
    const file = await read(make(), passPhrase);
    expect(file.leaf.serialNumber).toBe(serial(leaf.pem));
    expect(file.key.export({ type: 'pkcs8', format: 'pem' })).toBe(leaf.key);
    expect(file.others.map(each => each.serialNumber)).toContain(serial(intermediate.pem));
  });

  test.each(['RSA-2048', 'P-384', 'P-521', 'ED25519'])('with a key of type %s', async kind => {
    const { pem, key } = newCertificate({ subject: '/CN=x', key: newKey(kind) });
    expect((await read(key + pem)).leaf.serialNumber).toBe(serial(pem));
  });
});

describe('refused, saying why', () => {
  test.each<[string, () => string | Buffer, RegExp, string?]>([
    ['no key', () => leaf.pem + intermediate.pem, /2 certificate\(s\), but no private key/],
    ['no certificate', () => leaf.key, /no certificate, but a block "PRIVATE KEY"/],
    [
      'a request',
      () => '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n',
      /no certificate, but a certificate sig/,
    ],
    [
      'another key',
      () => newKey('P-256') + leaf.pem,
      /belongs to none of the certificates in the file \(CN=www.example.com/,
    ],
    ['two keys', () => newKey('P-256') + leaf.key + leaf.pem, /2 private keys/],
    [
      'two certificates of a key',
      () => leaf.pem + leaf.key + newCertificate({ subject: '/CN=y', key: leaf.key }).pem,
      /several/,
    ],
    ['an encrypted key without pass phrase', () => leaf.pem + encrypted(), /is encrypted/],
    ['a wrong pass phrase of a key', () => leaf.pem + encrypted(), /pass phrase is wrong/, 'other'],
    ['a wrong pass phrase of a PFX', () => newPfx(leaf, '', 'hush'), /pass phrase is wrong/, 'other'],
    ['a PFX without pass phrase', () => newPfx(leaf, '', 'hush'), /The PFX is protected/],
    [
      'a PFX cut short',
      () => newPfx(leaf, '', 'hush').subarray(0, 500),
      /^The file is damaged or cut short: OpenSSL can't read it \(not enough data\)\. Export it again/,
      'hush',
    ],
    ['a damaged certificate', () => leaf.key + leaf.pem.replace(/\nMII.{9}/, '\nMIIAAAAAAAAA'), /damaged/],
    [
      'noise',
      () => Buffer.alloc(500_000, '-----BEGIN CERTIFICATE-----\n'),
      /no certificate in PEM form, and is neither a PFX nor a JKS/,
    ],
    [
      'RSA with 1024 bits',
      () => {
        const { pem, key } = newCertificate({ subject: '/CN=x', key: newKey('RSA-1024') });
        return pem + key;
      },
      /RSA with 1024 bits/,
    ],
  ])('%s', async (_, make, message, passPhrase) => {
    const failure = await read(make(), passPhrase).catch(error => error);
    expect(failure).toMatchObject({ name: 'DomainError', code: 'invalid-input' });
    expect(failure.message).toMatch(message);
  });
});

describe('an intermediate alone', () => {
  test.each<[string, () => string | Buffer]>([
    ['PEM', () => intermediate.pem],
    ['PEM with text', () => openssl('x509 -text', intermediate.pem)],
    ['DER', () => new X509Certificate(intermediate.pem).raw],
  ])('%s', (_, make) => {
    expect(readOneCertificate(Buffer.from(make())).serialNumber).toBe(serial(intermediate.pem));
  });

  test.each<[string, () => string | Buffer, RegExp]>([
    ['a key with it', () => intermediate.pem + intermediate.key, /private key/],
    ['two', () => intermediate.pem + root.pem, /2 certificates/],
    ['none', () => 'nothing', /no certificate/],
    ['a PFX', () => newPfx(leaf, '', 'hush'), /neither PEM nor a certificate in DER/],
  ])('refused: %s', (_, make, message) => {
    expect(() => readOneCertificate(Buffer.from(make()))).toThrow(message);
  });
});

describe('a chain', () => {
  const parse = (...made: MadeCertificate[]) => made.map(({ pem }) => new X509Certificate(pem));
  const names = (certificates: readonly X509Certificate[]) => certificates.map(each => each.subject.slice(3));
  const build = (top: MadeCertificate, broughtAlong: MadeCertificate[], known: MadeCertificate[] = []) => {
    const { certificates, missing, unused } = buildChain(
      new X509Certificate(top.pem),
      parse(...broughtAlong),
      parse(...known),
    );
    return { chain: names(certificates), missing, unused: names(unused) };
  };
  const complete = { chain: ['www.example.com', 'Test-Intermediate'], missing: null, unused: [] };

  test('is put in order, without the root that clients have', () => {
    expect(build(leaf, [root, intermediate])).toEqual(complete);
    expect(build(leaf, [intermediate])).toEqual(complete);
  });

  test('is completed with what is known here', () => {
    expect(build(leaf, [], [newChain().intermediate, intermediate, root])).toEqual(complete);
  });

  test('over several levels, with one known here in the middle', () => {
    const ca = ['basicConstraints=critical,CA:TRUE'];
    const second = newCertificate({ subject: '/CN=Second', issuer: intermediate, extensions: ca });
    const third = newCertificate({ subject: '/CN=Third', issuer: second, extensions: ca });
    const end = newCertificate({ subject: '/CN=end', issuer: third });
    expect(build(end, [intermediate, third], [second])).toEqual({
      chain: ['end', 'Third', 'Second', 'Test-Intermediate'],
      missing: null,
      unused: [],
    });
  });

  test('says which issuer is missing, and what has no place in it', () => {
    const stranger = newChain();
    expect(build(leaf, [stranger.intermediate, stranger.root])).toEqual({
      chain: ['www.example.com'],
      missing: 'CN=Test-Intermediate',
      unused: ['Test-Intermediate'],
    });
  });

  test('of a certificate signed by itself is that alone; of one issued by a root as well', () => {
    const own = newCertificate({ subject: '/CN=own' });
    expect(build(own, [])).toEqual({ chain: ['own'], missing: null, unused: [] });
    const direct = newCertificate({ subject: '/CN=direct', issuer: root });
    expect(build(direct, [root])).toEqual({ chain: ['direct'], missing: null, unused: [] });
  });

  test('of two with the same name and key, has the one that is valid longer', () => {
    const ca = ['basicConstraints=critical,CA:TRUE'];
    const longer = newCertificate({
      subject: '/CN=Test-Intermediate',
      key: intermediate.key,
      issuer: root,
      extensions: ca,
      days: 900,
    });
    const { certificates } = buildChain(new X509Certificate(leaf.pem), parse(intermediate, longer), []);
    expect(certificates[1]?.serialNumber).toBe(serial(longer.pem));
  });
});
