/** Certificates that people bring along: served by HAProxy, replaced while it serves. */
import { X509Certificate } from 'node:crypto';
import { type CertificateImport, operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeEach, expect, test } from 'vitest';
import {
  type MadeCertificate,
  newCertificate,
  newChain,
  newKey,
  newPfx,
} from '../../../packages/server/src/key-files/testing/openssl.js';
import { startLoad } from '../../harness/load.js';
import { days, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const fleet = await startFleet();
const { api, clock, httpsPort } = fleet;
const ca = newChain();

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

const store = () => fleet.certfleet.server.engine.store;
const serial = ({ pem }: MadeCertificate) => new X509Certificate(pem).serialNumber.toLowerCase();

/** A certificate for `<name>.example.com` from the intermediate. */
function issued(name: string, lifeDays = 90): MadeCertificate {
  const extensions = [`subjectAltName=DNS:${name}.example.com,DNS:*.${name}.example.com`];
  return newCertificate({ subject: `/CN=${name}`, issuer: ca.intermediate, extensions, days: lifeDays });
}

function importing(name: string, file: string | Buffer, more: Partial<CertificateImport> = {}) {
  return api.call(operations.certificate.import, {
    body: { name, file: Buffer.from(file).toString('base64'), ...more },
  });
}

const pemOf = ({ pem, key }: MadeCertificate) => `${ca.intermediate.pem}${key}${pem}`;

async function lastEvent(name: string) {
  const { items } = await api.call(operations.event.list, { query: { subject: `certificate:${name}`, limit: 1 } });
  return items[0];
}

async function served(name: string) {
  return readServedCertificate({ address: '127.0.0.1', port: httpsPort, serverName: `${name}.example.com` });
}

test('a certificate is imported, served with its chain, and replaced without a failed request', async () => {
  const [first, second] = [issued('shop'), issued('shop')];
  const certificate = await importing('shop', pemOf(first), { labels: { team: 'shop' } });
  expect(certificate).toMatchObject({
    ...{ source: 'imported', policy: null, status: 'valid', renewal: null, issuance: null, labels: { team: 'shop' } },
    identifiers: [{ value: 'shop.example.com' }, { value: '*.shop.example.com' }],
    version: { number: 1, serial: serial(first), account: null, keyAlgorithm: 'P-256' },
  });
  await api.call(operations.certificate.assign, {
    params: { name: 'shop' },
    body: { target: 'vs-2', isDefault: true },
  });
  await certificateBecomes(api, 'shop', 1);
  const { leaf, chain } = await served('shop');
  expect(leaf.serialNumber.toLowerCase()).toBe(serial(first));
  expect(chain.map(each => each.subject)).toEqual(['CN=shop', 'CN=Test-Intermediate']);

  // The answer comes from HAProxy itself: a challenge that stays, so that no real server is needed.
  await fleet.certfleet.server.engine.loadBalancers.presentChallenges(2, [
    { token: 'load', keyAuthorization: 'load.thumbprint' },
  ]);
  const url = `https://127.0.0.1:${httpsPort}/.well-known/acme-challenge/load`;
  const load = startLoad({ url, concurrency: 4, mode: 'new-connection', serverName: 'shop.example.com', pause: 2 });
  await load.reached(100);
  const replaced = await importing('shop', newPfx(second, ca.intermediate.pem, 'hush'), {
    ...{ passPhrase: 'hush', replace: true },
  });
  expect(replaced).toMatchObject({ version: { number: 2, serial: serial(second) }, labels: { team: 'shop' } });
  await certificateBecomes(api, 'shop', 2);
  expect((await served('shop')).leaf.serialNumber.toLowerCase()).toBe(serial(second));
  await load.reached(300);
  const { failures, serials } = await load.stop();
  expect(failures).toEqual([]);
  expect([...serials.keys()].map(each => each.toLowerCase())).toEqual([serial(first), serial(second)]);
});

test('the private key is sealed in the store', async () => {
  const made = issued('sealed');
  await importing('sealed', pemOf(made));
  const { id } = await store().certificates.byName('sealed');
  const version = await store().versions.current(id);
  expect(await store().keys.privateKeyPem(version?.keyId ?? '')).toBe(made.key);
  const { privateKey } = await api.call(operations.certificate.exportKey, { params: { name: 'sealed' }, body: {} });
  expect(privateKey).toBe(made.key);
});

test('nothing ever renews it, and it has no job', async () => {
  await importing('quiet', pemOf(issued('quiet')));
  const { id } = await store().certificates.byName('quiet');
  expect(await store().jobs.find('keep-valid', id)).toBeUndefined();
  clock.advance(days(200));
  const { status, lastError } = await api.call(operations.certificate.show, { params: { name: 'quiet' } });
  expect({ status, lastError }).toEqual({ status: 'expired', lastError: null });
});

test('the same again changes nothing; with the same key no second copy of it is kept', async () => {
  const made = issued('same');
  await importing('same', pemOf(made));
  expect(await importing('same', pemOf(made), { replace: true })).toMatchObject({ version: { number: 1 } });
  const extensions = ['subjectAltName=DNS:same.example.com'];
  const next = newCertificate({ subject: '/CN=same', issuer: ca.intermediate, key: made.key, extensions });
  await importing('same', pemOf(next), { replace: true });
  const { id } = await store().certificates.byName('same');
  const { items } = await store().versions.byCertificate(id);
  expect(items.map(({ number }) => number)).toEqual([2, 1]);
  expect(new Set(items.map(({ keyId }) => keyId)).size).toBe(1);
  const { identifiers } = await api.call(operations.certificate.show, { params: { name: 'same' } });
  expect(identifiers.map(({ value }) => value)).toEqual(['same.example.com']);
});

test('the same again with other labels is a change of the labels, and an event', async () => {
  const made = issued('labels');
  const labels = { team: 'shop' };
  await importing('labels', pemOf(made), { labels });
  await importing('labels', pemOf(made), { replace: true, labels });
  const events = async () => {
    const { items } = await api.call(operations.event.list, { query: { subject: 'certificate:labels' } });
    return items.map(({ action, message }) => [action, message]).slice(0, -1);
  };
  expect(await events()).toEqual([]);
  const changed = await importing('labels', pemOf(made), { replace: true, labels: { team: 'mail' } });
  expect(changed).toMatchObject({ version: { number: 1 }, labels: { team: 'mail' } });
  expect(await events()).toEqual([['certificate.changed', 'labels was changed (labels).']]);
});

test('its chain is completed with an intermediate that is kept here, under a name', async () => {
  const { pem, key } = issued('alone');
  await importing('alone', pem + key);
  expect((await lastEvent('alone'))?.message).toContain('No certificate of its issuer (CN=Test-Intermediate)');
  const file = Buffer.from(new X509Certificate(ca.intermediate.pem).raw).toString('base64');
  const added = await api.call(operations.intermediate.add, { body: { name: 'test-ca', file } });
  expect(added).toMatchObject({ subject: 'CN=Test-Intermediate', issuer: 'CN=Test-Root' });
  await expect(api.call(operations.intermediate.add, { body: { name: 'test-ca', file } })).rejects.toMatchObject({
    problem: { code: 'already-exists' },
  });

  await importing('alone', pem + key, { replace: true });
  const { chain } = await api.call(operations.certificate.export, { params: { name: 'alone' }, body: {} });
  expect(chain).toBe(ca.intermediate.pem);
  expect((await lastEvent('alone'))?.detail).toMatchObject({ version: 2, warnings: [] });

  await api.call(operations.intermediate.delete, { params: { name: 'test-ca' } });
  expect((await api.call(operations.intermediate.list, {})).items).toEqual([]);
  expect((await api.call(operations.certificate.export, { params: { name: 'alone' }, body: {} })).chain).toBe(chain);
});

test('a leaf or a private key is no intermediate', async () => {
  for (const content of [issued('leaf').pem, pemOf(issued('leaf')), 'nothing']) {
    const body = { name: 'no', file: Buffer.from(content).toString('base64') };
    await expect(api.call(operations.intermediate.add, { body })).rejects.toMatchObject({
      problem: { code: 'invalid-input' },
    });
  }
  expect((await api.call(operations.intermediate.list, {})).items).toEqual([]);
});

test('one that has expired is imported with a warning', async () => {
  clock.advance(days(30));
  const certificate = await importing('old', pemOf(issued('old', 1)));
  expect(certificate.status).toBe('expired');
  expect((await lastEvent('old'))?.message).toContain('It has expired already');
});

test('what only an ACME certificate can do is refused, and nothing is changed', async () => {
  await importing('fixed', pemOf(issued('fixed')));
  const params = { name: 'fixed' };
  const before = await api.call(operations.certificate.show, { params });
  const refused = { problem: { code: 'not-possible', detail: expect.stringContaining('fixed was imported') } };
  await expect(api.call(operations.certificate.renew, { params })).rejects.toMatchObject(refused);
  await expect(api.call(operations.certificate.revoke, { params, body: {} })).rejects.toMatchObject(refused);
  const change = { params, body: { identifiers: ['other.example.com'] } };
  await expect(api.call(operations.certificate.change, change)).rejects.toMatchObject(refused);
  expect(await api.call(operations.certificate.show, { params })).toEqual(before);

  const labelled = await api.call(operations.certificate.change, { params, body: { labels: { team: 'web' } } });
  expect(labelled.labels).toEqual({ team: 'web' });
});

test('replaced is only what was imported, and only where asked for', async () => {
  await fleet.request('acme', { assignments: [] });
  const file = pemOf(issued('acme'));
  const code = (code: string) => ({ problem: { code } });
  await expect(importing('acme', file, { replace: true })).rejects.toMatchObject(code('not-possible'));
  await expect(importing('acme', file)).rejects.toMatchObject(code('already-exists'));
  await expect(importing('nobody', file, { replace: true })).rejects.toMatchObject(code('not-found'));
  expect((await certificateBecomes(api, 'acme', 1)).source).toBe('acme');
});

test('a replacement that could not be served where it is assigned is refused', async () => {
  await importing('named', pemOf(issued('named')));
  await api.call(operations.certificate.assign, { params: { name: 'named' }, body: { target: 'vs-2' } });
  await certificateBecomes(api, 'named', 1);
  const nameless = newCertificate({ subject: '/CN=192.0.2.7', issuer: ca.intermediate });
  await expect(importing('named', pemOf(nameless), { replace: true })).rejects.toMatchObject({
    problem: { code: 'not-possible' },
  });
  expect((await api.call(operations.certificate.show, { params: { name: 'named' } })).version?.number).toBe(1);
});

test.each<[string, () => string | Buffer, Partial<CertificateImport>, string]>([
  ['another key', () => issued('bad').pem + newKey('P-256'), {}, 'invalid-input'],
  ['a wrong pass phrase', () => newPfx(issued('bad'), '', 'hush'), { passPhrase: 'other' }, 'invalid-input'],
  ['noise', () => Buffer.alloc(400_000, 7), {}, 'invalid-input'],
  ['10 MB', () => Buffer.alloc(10_000_000, 7), {}, 'too-large'],
])('%s: refused, and nothing is changed', async (_, file, more, code) => {
  await expect(importing('bad', file(), more)).rejects.toMatchObject({ problem: { code } });
  await expect(api.call(operations.certificate.show, { params: { name: 'bad' } })).rejects.toMatchObject({
    problem: { code: 'not-found' },
  });
});

test('lists tell them apart', async () => {
  const names = async (source: 'acme' | 'imported') =>
    (await api.call(operations.certificate.list, { query: { source } })).items;
  expect((await names('imported')).every(each => each.source === 'imported' && each.policy === null)).toBe(true);
  expect((await names('acme')).map(({ name }) => name)).toEqual(['acme']);
});
