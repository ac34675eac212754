/** Keys that people bring along, and those that are not taken. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { createCsr } from '@certfleet/acme';
import { type CertificateChange, type CertificateRequest, operations } from '@certfleet/contract';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { newCertificate } from '../../../packages/server/src/key-files/testing/openssl.js';
import { startFleet } from './fleet.js';
import { certificateBecomes, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock } = fleet;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

const ec = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve }).privateKey;
const rsa = (modulusLength = 2048, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const spkiOf = (key: KeyObject) =>
  createPublicKey(key.type === 'private' ? pemOf(key) : key.export({ type: 'spki', format: 'pem' }))
    .export({ type: 'spki', format: 'der' })
    .toString('base64');
const fileOf = (key: KeyObject) => ({ file: Buffer.from(pemOf(key)).toString('base64') });

const request = (name: string, more: Partial<CertificateRequest>) => fleet.request(name, { assignments: [], ...more });
const renew = (name: string) => api.call(operations.certificate.renew, { params: { name } });
const change = (name: string, body: CertificateChange) =>
  api.call(operations.certificate.change, { params: { name }, body });
const importKey = (name: string, key: KeyObject) =>
  api.call(operations.certificate.importKey, { params: { name }, body: fileOf(key) });
const revoke = (name: string, reason: 'keyCompromise' | 'superseded') =>
  api.call(operations.certificate.revoke, { params: { name }, body: { reason, replaceFirst: false } });

async function exported(name: string) {
  const { certificate, privateKey } = await api.call(operations.certificate.exportKey, { params: { name }, body: {} });
  return { publicKey: spkiOf(new X509Certificate(certificate).publicKey), privateKey };
}

async function csrFor(name: string, key: KeyObject): Promise<string> {
  const der = await createCsr({ identifiers: [{ type: 'dns', value: `${name}.example.com` }], key });
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}

const refused = (path: string, message: RegExp) => ({
  problem: { code: 'invalid-input', errors: [{ path, message: expect.stringMatching(message) }] },
});

test.each([
  ['EC', () => ec('P-384'), 'P-384'],
  ['RSA', () => rsa(), 'RSA-2048'],
])(
  'an imported %s key is certified at first and from then on; another one is issued at once',
  async (kind, make, algorithm) => {
    const name = `imported-${kind.toLowerCase()}`;
    const key = make();
    await request(name, { key: fileOf(key) });
    const first = await certificateBecomes(api, name, 1);
    expect(first).toMatchObject({ keyOnRenewal: 'imported', version: { keyAlgorithm: algorithm } });
    expect(await exported(name)).toEqual({ publicKey: spkiOf(key), privateKey: pemOf(key) });
    await renew(name);
    await certificateBecomes(api, name, 2);
    expect((await exported(name)).publicKey).toBe(spkiOf(key));

    const other = make();
    await importKey(name, other);
    await certificateBecomes(api, name, 3);
    expect(await exported(name)).toEqual({ publicKey: spkiOf(other), privateKey: pemOf(other) });
    // The same again is nothing new.
    expect((await importKey(name, other)).renewal?.reason).toBe('lifetime');
  },
);

test('a key is imported in place of one of our own and of a CSR, and given up for another choice', async () => {
  const [own, key] = [ec(), ec()];
  await request('switches', { csr: await csrFor('switches', own) });
  await certificateBecomes(api, 'switches', 1);
  const { issuance, ...imported } = await importKey('switches', key);
  expect(imported.keyOnRenewal).toBe('imported');
  await certificateBecomes(api, 'switches', 2);
  expect((await exported('switches')).publicKey).toBe(spkiOf(key));

  await expect(change('switches', { keyAlgorithm: 'RSA-2048' })).rejects.toMatchObject(
    refused('keyAlgorithm', /brought along is P-256, not RSA-2048/),
  );
  expect((await change('switches', { keyOnRenewal: 'new', keyAlgorithm: 'P-384' })).keyOnRenewal).toBe('new');
  const third = await certificateBecomes(api, 'switches', 3);
  expect(third.version?.keyAlgorithm).toBe('P-384');
  await expect(change('switches', { keyOnRenewal: 'imported' })).rejects.toMatchObject(
    refused('keyOnRenewal', /No key was brought along for switches/),
  );

  await importKey('switches', key);
  await certificateBecomes(api, 'switches', 4);
  const changed = await change('switches', { csr: await csrFor('switches', own) });
  expect(changed.keyOnRenewal).toBeNull();
  await certificateBecomes(api, 'switches', 5);
  await expect(exported('switches')).rejects.toMatchObject({
    problem: { code: 'not-possible', detail: expect.stringContaining('where the CSR that it was issued for was made') },
  });
});

describe('a key that a revoked version of any certificate was for', () => {
  const stolen = ec();

  test('is given up where it was imported, and the next version gets another one', async () => {
    await request('stolen', { key: fileOf(stolen) });
    await request('borrowed', { key: fileOf(stolen) });
    await certificateBecomes(api, 'stolen', 1);
    await certificateBecomes(api, 'borrowed', 1);
    await revoke('stolen', 'keyCompromise');
    const next = await certificateIs(api, 'stolen', ({ version }) => version?.number === 2);
    expect(next.keyOnRenewal).toBeNull();
    expect((await exported('stolen')).publicKey).not.toBe(spkiOf(stolen));
    await renew('borrowed');
    await certificateIs(api, 'borrowed', ({ version }) => version?.number === 2);
    expect((await exported('borrowed')).publicKey).not.toBe(spkiOf(stolen));
    const query = { subject: 'certificate:stolen', action: 'certificate.revoked', limit: 1 };
    const { items } = await api.call(operations.event.list, { query });
    expect(items[0]?.message).toContain('The imported key of borrowed is not used again');
  });

  test('is refused whoever brings it, in whatever way, also when that certificate is gone', async () => {
    await api.call(operations.certificate.delete, { params: { name: 'stolen' } });
    const message = /is that of version 1 of stolen, which was revoked at 20/;
    await expect(request('again', { key: fileOf(stolen) })).rejects.toMatchObject(refused('key.file', message));
    await expect(importKey('borrowed', stolen)).rejects.toMatchObject(refused('file', message));
    const csr = await csrFor('again', stolen);
    await expect(request('again', { csr })).rejects.toMatchObject(refused('csr', message));
    const { pem } = newCertificate({ subject: '/CN=again', key: pemOf(stolen) });
    const file = Buffer.from(pem + pemOf(stolen)).toString('base64');
    const bring = api.call(operations.certificate.import, { body: { name: 'again', file } });
    await expect(bring).rejects.toMatchObject(refused('file', message));
    await expect(api.call(operations.certificate.show, { params: { name: 'again' } })).rejects.toMatchObject({
      problem: { code: 'not-found' },
    });
  });
});

test.each<[string, () => Promise<Partial<CertificateRequest>>, string, RegExp]>([
  ['a short RSA key', async () => ({ key: fileOf(rsa(1024)) }), 'key.file', /too weak: RSA with 1024 bits/],
  ['RSA with the exponent 3', async () => ({ key: fileOf(rsa(2048, 3)) }), 'key.file', /exponent is 3/],
  ['a CSR with a short RSA key', async () => ({ csr: await csrFor('weak', rsa(1024)) }), 'csr', /RSA with 1024 bits/],
  ['a CSR with an exponent of 3', async () => ({ csr: await csrFor('weak', rsa(2048, 3)) }), 'csr', /exponent is 3/],
  ['a CSR for other names', async () => ({ csr: await csrFor('other', ec()) }), 'csr', /asks for other.example.com/],
  ['a key and a CSR', async () => ({ key: fileOf(ec()), csr: await csrFor('weak', ec()) }), 'key', /of its own/],
  [
    'a key that is not what is asked for',
    async () => ({ key: fileOf(ec()), keyAlgorithm: 'RSA-2048' }),
    'keyAlgorithm',
    /is P-256/,
  ],
  ['a key that is to be new', async () => ({ key: fileOf(ec()), keyOnRenewal: 'new' }), 'keyOnRenewal', /"imported"/],
  ['an imported key that nobody brings', async () => ({ keyOnRenewal: 'imported' }), 'keyOnRenewal', /bring the key/],
])('%s: refused, and nothing is stored', async (_, make, path, message) => {
  await expect(request('weak', await make())).rejects.toMatchObject(refused(path, message));
  await expect(api.call(operations.certificate.show, { params: { name: 'weak' } })).rejects.toMatchObject({
    problem: { code: 'not-found' },
  });
});

test.each([
  ['when it is wanted', true],
  ['when it is done', false],
])('a compromised key, %s: others that have it are replaced, or a person is told to', async (_, replaceFirst) => {
  const named = (what: string) => `${what}-${replaceFirst ? 'wanted' : 'done'}`;
  const [first, pinned, by, brought] = [named('first'), named('pinned'), named('by-csr'), named('brought')];
  const key = ec();
  await request(first, { key: fileOf(key) });
  await request(pinned, { key: fileOf(key) });
  await request(by, { csr: await csrFor(by, key) });
  for (const name of [first, pinned, by]) await certificateBecomes(api, name, 1);
  const selfSigned = newCertificate({
    subject: `/CN=${brought}.example.com`,
    key: pemOf(key),
    extensions: [`subjectAltName=DNS:${brought}.example.com`],
  });
  const file = Buffer.from(selfSigned.pem + selfSigned.key).toString('base64');
  await api.call(operations.certificate.import, { body: { name: brought, file } });

  await api.call(operations.certificate.revoke, {
    params: { name: first },
    body: { reason: 'keyCompromise', replaceFirst },
  });
  for (const name of [first, pinned]) {
    await certificateBecomes(api, name, 2);
    expect((await exported(name)).publicKey).not.toBe(spkiOf(key));
  }
  const told = async (name: string) => {
    const query = { subject: `certificate:${name}`, action: 'certificate.key-compromised' };
    return (await api.call(operations.event.list, { query })).items.map(({ message }) => message);
  };
  expect(await told(pinned)).toEqual([expect.stringContaining('replaced at once, with another key')]);
  expect(await told(by)).toEqual([expect.stringContaining('bring one with another key')]);
  expect(await told(brought)).toEqual([expect.stringContaining('import that in its place')]);
  expect(await told(first)).toEqual([]);
});

test('the CSR is signed with what was asked for, from the next order on', async () => {
  const { store } = fleet.certfleet.server.engine;
  const csrOf = async () => {
    const { id } = await store.certificates.byName('signed');
    const { items } = await store.orders.ofCertificate(id);
    return Buffer.from(items[0]?.csr ?? '', 'base64');
  };
  await request('signed', { signatureAlgorithm: 'SHA-512' });
  expect(await certificateBecomes(api, 'signed', 1)).toMatchObject({ signatureAlgorithm: 'SHA-512' });
  const ecdsaWith = (hash: number) => Buffer.from([0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, hash]);
  expect((await csrOf()).includes(ecdsaWith(4))).toBe(true);
  const changed = await change('signed', { signatureAlgorithm: null });
  expect(changed).toMatchObject({ signatureAlgorithm: null, renewal: { reason: 'lifetime' } });
  await renew('signed');
  await certificateBecomes(api, 'signed', 2);
  expect((await csrOf()).includes(ecdsaWith(2))).toBe(true);
});

test('the key is sealed, deleted with its certificate, and in no reply', async () => {
  const key = ec();
  await request('sealed', { key: fileOf(key) });
  const shown = await certificateBecomes(api, 'sealed', 1);
  expect(JSON.stringify(shown)).not.toContain('PRIVATE KEY');
  const { store } = fleet.certfleet.server.engine;
  const { importedKeyId } = await store.certificates.byName('sealed');
  expect(createPrivateKey(await store.keys.privateKeyPem(importedKeyId ?? '')).equals(key)).toBe(true);
  await api.call(operations.certificate.delete, { params: { name: 'sealed' } });
  expect(await store.keys.find(importedKeyId ?? '')).toBeUndefined();
});
