import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { checkCsr, createCsr, parseCsr } from './csr.js';
import { toIdentifier } from './identifier.js';
import { CERTIFICATE_KEY_TYPES, generateCertificateKey, privateKeyPem } from './key.js';
import { AcmeInputError } from './problem.js';
import { openssl } from './testing/openssl.js';

// RSA keys take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'certfleet-csr-'));
afterAll(() => rmSync(folder, { recursive: true }));

const names = ['example.org', '*.example.org', '192.0.2.7', '2001:db8::1'].map(toIdentifier);
const text = (der: Buffer) => openssl(['req', '-inform', 'DER', '-noout', '-text', '-verify'], der);

describe('written', () => {
  test.each(CERTIFICATE_KEY_TYPES)('with a key of type %s, OpenSSL verifies it and reads the names', async type => {
    const csr = await createCsr({ identifiers: names, key: await generateCertificateKey(type) });
    const shown = text(csr);
    expect(shown).toContain(
      'DNS:example.org, DNS:*.example.org, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1',
    );
    expect(shown).toMatch(/^ *Subject: *$/m);
    expect(shown).toContain(
      { 'P-256': 'ecdsa-with-SHA256', 'P-384': 'ecdsa-with-SHA384' }[type as string] ?? 'sha256WithRSAEncryption',
    );
  });

  test('with all subject fields', async () => {
    const subject = {
      country: 'DE',
      state: 'Bayern',
      locality: 'München',
      organization: 'Beispiel GmbH',
      organizationalUnit: 'Netz',
      commonName: 'example.org',
      emailAddress: 'netz@example.org',
    };
    const csr = await createCsr({ identifiers: names, key: await generateCertificateKey('P-256'), subject });
    const shown = openssl(
      ['req', '-inform', 'DER', '-noout', '-subject', '-nameopt', 'utf8,sep_comma_plus,sname'],
      csr,
    );
    expect(shown.trim()).toBe(
      'subject=C=DE,ST=Bayern,L=München,O=Beispiel GmbH,OU=Netz,CN=example.org,emailAddress=netz@example.org',
    );
    expect(parseCsr(csr).subject).toEqual(subject);
  });

  test.each(
    (['P-256', 'P-384', 'RSA-2048'] as const).flatMap(type =>
      (['sha256', 'sha384', 'sha512'] as const).map(hash => [type, hash] as const),
    ),
  )('with a key of type %s and %s, OpenSSL verifies it', async (type, hash) => {
    const csr = await createCsr({ identifiers: names, key: await generateCertificateKey(type), hash });
    const name = type === 'RSA-2048' ? `${hash}WithRSAEncryption` : `ecdsa-with-${hash.toUpperCase()}`;
    expect(text(csr)).toContain(`Signature Algorithm: ${name}`);
    expect(parseCsr(csr).identifiers).toEqual(names);
  });

  test('with a key that lives elsewhere: only what is to be signed goes there', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const csr = await createCsr({
      identifiers: names,
      key: { publicKey, sign: async data => sign('sha384', data, privateKey) },
    });
    expect(text(csr)).toContain('ecdsa-with-SHA384');
    expect(parseCsr(csr).publicKey.equals(publicKey)).toBe(true);
  });

  test.each([
    ['no identifiers', { identifiers: [] }, /at least one/],
    ['a country that is no code', { subject: { country: 'Germany' } }, /longer than the 2/],
    ['a country in small letters', { subject: { country: 'de' } }, /two capital letters/],
    ['a common name over 64 characters', { subject: { commonName: 'a'.repeat(65) } }, /64 characters/],
    ['an e-mail address that is not ASCII', { subject: { emailAddress: 'ü@example.org' } }, /ASCII/],
  ])('refuses %s', async (_, wrong, message) => {
    const key = await generateCertificateKey('P-256');
    const creating = createCsr({ identifiers: names, key, ...wrong });
    await expect(creating).rejects.toThrow(AcmeInputError);
    await expect(creating).rejects.toThrow(message);
  });

  test('refuses a key that no CA certifies', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    await expect(createCsr({ identifiers: names, key: privateKey })).rejects.toThrow(
      /P-256, P-384 or RSA, not ed25519/,
    );
  });
});

describe('brought along', () => {
  const byOpenssl = (keyArgs: string[], reqArgs: string[]) => {
    const key = join(folder, 'key.pem');
    writeFileSync(key, openssl(['genpkey', ...keyArgs], ''));
    return openssl(['req', '-new', '-key', key, '-batch', ...reqArgs], '');
  };

  test.each([
    [
      'names in subjectAltName',
      ['-subj', '/', '-addext', 'subjectAltName=DNS:a.example,IP:192.0.2.1'],
      ['a.example', '192.0.2.1'],
    ],
    ['a common name alone (RFC 8555 §7.4)', ['-subj', '/CN=a.example'], ['a.example']],
    ['both, the same', ['-subj', '/CN=a.example', '-addext', 'subjectAltName=DNS:A.example'], ['a.example']],
    [
      'both, different',
      ['-subj', '/CN=b.example', '-addext', 'subjectAltName=DNS:a.example'],
      ['a.example', 'b.example'],
    ],
    [
      'further extensions',
      ['-subj', '/CN=a.example', '-addext', 'keyUsage=digitalSignature', '-addext', 'subjectAltName=DNS:a.example'],
      ['a.example'],
    ],
  ])('from OpenSSL with %s', (_, args, expected) => {
    const pem = byOpenssl(['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], args);
    expect(parseCsr(pem).identifiers).toEqual(expected.map(toIdentifier));
  });

  test.each([
    ['RSA with SHA-512', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], ['-sha512']],
    ['P-384 with SHA-384', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-sha384']],
  ])('%s', (_, keyArgs, reqArgs) => {
    const csr = parseCsr(byOpenssl(keyArgs, ['-subj', '/C=DE/O=Beispiel/CN=a.example', ...reqArgs]));
    expect(csr.subject).toEqual({ country: 'DE', organization: 'Beispiel', commonName: 'a.example' });
  });

  test('ours, in PEM and in DER', async () => {
    const key = await generateCertificateKey('P-256');
    const der = await createCsr({ identifiers: names, key });
    const pem = openssl(['req', '-inform', 'DER', '-outform', 'PEM'], der);
    for (const csr of [parseCsr(der), parseCsr(pem)]) {
      expect(csr.identifiers).toEqual(names);
      expect(csr.publicKey.equals(createPublicKey(key))).toBe(true);
      expect(csr.der.equals(der)).toBe(true);
    }
  });

  test('a changed name does not go unnoticed', async () => {
    const der = await createCsr({
      identifiers: [toIdentifier('good.example')],
      key: await generateCertificateKey('P-256'),
    });
    der.write('evil', der.indexOf('good'));
    expect(() => parseCsr(der)).toThrow(/signature does not verify/);
  });

  test.each([
    [
      'a private key',
      async () => privateKeyPem(await generateCertificateKey('P-256')),
      /no PEM of one certificate signing request/,
    ],
    [
      'two requests',
      async () =>
        `${byOpenssl(['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], ['-subj', '/CN=a.example'])}`.repeat(
          2,
        ),
      /no PEM of one/,
    ],
    ['random octets', async () => Buffer.from('hello'), /no certificate signing request/],
    [
      'no name at all',
      async () => byOpenssl(['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], ['-subj', '/']),
      /no name/,
    ],
    [
      'an e-mail address as name',
      async () =>
        byOpenssl(
          ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
          ['-subj', '/', '-addext', 'subjectAltName=email:a@a.example'],
        ),
      /neither a DNS name nor an IP address/,
    ],
    [
      'a common name that is no host name',
      async () => byOpenssl(['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], ['-subj', '/CN=My Server']),
      /neither a DNS name|no DNS name/,
    ],
    [
      'a signature with Ed25519',
      async () => byOpenssl(['-algorithm', 'ED25519'], ['-subj', '/CN=a.example']),
      /1\.3\.101\.112/,
    ],
  ])('%s is refused', async (_, input, message) => {
    const csr = await input();
    expect(() => parseCsr(csr)).toThrow(AcmeInputError);
    expect(() => parseCsr(csr)).toThrow(message);
  });

  test('for other names than the order is refused before the order is made', async () => {
    const csr = parseCsr(await createCsr({ identifiers: names, key: await generateCertificateKey('P-256') }));
    expect(() => checkCsr(csr, names)).not.toThrow();
    expect(() => checkCsr(csr, [...names, toIdentifier('more.example')])).toThrow(/order is for .*more\.example/);
  });
});
