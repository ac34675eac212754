/** Keys that must not be certified again, and CSRs in place of keys of our own. */
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createCsr } from '@certfleet/acme';
import { type ErrorCode, operations } from '@certfleet/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startFleet } from './fleet.js';
import { certificateBecomes, certificateFails, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock, request } = fleet;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

const refusedWith = (code: ErrorCode) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

/** The public key of a version, the current one unless said otherwise. */
async function keyOf(name: string, version?: number): Promise<string> {
  const body = version === undefined ? {} : { version };
  const { certificate } = await api.call(operations.certificate.export, { params: { name }, body });
  const { publicKey } = new X509Certificate(certificate);
  return createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }))
    .export({ type: 'spki', format: 'der' })
    .toString('base64');
}

/** A CSR as PEM for `<name>.example.com`, with a key that this server never sees. */
async function csrFor(name: string): Promise<{ csr: string; publicKey: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = await createCsr({ identifiers: [{ type: 'dns', value: `${name}.example.com` }], key: privateKey });
  return {
    csr: `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}

test('revoked while its renewal with the same key is under way: what comes of that is replaced with another key', async () => {
  const params = { name: 'under-way' };
  await request('under-way', { keyOnRenewal: 'same', assignments: [] });
  await certificateBecomes(api, 'under-way', 1);
  const stolen = await keyOf('under-way');
  // The order is given up at its next step, or what it brings is replaced at once: the stolen key never stays.
  fleet.proxy.inject('finalize', async (_seen, forward) => {
    await api.call(operations.certificate.revoke, {
      params,
      body: { version: 1, reason: 'keyCompromise', replaceFirst: false },
    });
    return forward();
  });
  await api.call(operations.certificate.renew, { params });
  await certificateIs(api, 'under-way', ({ version }) => (version?.number ?? 0) > 1);
  await expect.poll(() => keyOf('under-way'), { timeout: 30_000 }).not.toBe(stolen);
  const settled = await certificateIs(api, 'under-way', ({ issuance }) => issuance === null);
  expect(settled.status).toBe('valid');
  expect(settled.renewal?.reason).toBe('lifetime');
});

test('an earlier version is revoked because its key was stolen, which the current one has: that one is replaced too', async () => {
  const params = { name: 'shared' };
  await request('shared', { keyOnRenewal: 'same', assignments: [] });
  await certificateBecomes(api, 'shared', 1);
  const stolen = await keyOf('shared');
  await api.call(operations.certificate.renew, { params });
  await certificateBecomes(api, 'shared', 2);
  expect(await keyOf('shared')).toBe(stolen);

  await api.call(operations.certificate.revoke, { params, body: { version: 1, reason: 'keyCompromise' } });
  await certificateBecomes(api, 'shared', 3);
  expect(await keyOf('shared')).not.toBe(stolen);
  const query = { subject: 'certificate:shared', action: 'certificate.revoked' };
  const { items } = await api.call(operations.event.list, { query });
  expect(items.map(({ message }) => message)).toContainEqual(expect.stringContaining('Version 2 has the same key'));
});

test('an earlier version with the same key is revoked as superseded: nothing is replaced, the next key is another', async () => {
  const params = { name: 'later' };
  await request('later', { keyOnRenewal: 'same', assignments: [] });
  await certificateBecomes(api, 'later', 1);
  await api.call(operations.certificate.renew, { params });
  const current = await certificateBecomes(api, 'later', 2);
  const revoked = await keyOf('later');
  await api.call(operations.certificate.revoke, { params, body: { version: 1, reason: 'superseded' } });
  expect((await api.call(operations.certificate.show, { params })).renewal).toEqual(current.renewal);
  await api.call(operations.certificate.renew, { params });
  await certificateBecomes(api, 'later', 3);
  expect(await keyOf('later')).not.toBe(revoked);
});

test('revoked with the key of a CSR: not certified again with it; another CSR mends that', async () => {
  const params = { name: 'brought' };
  const first = await csrFor('brought');
  await request('brought', { csr: first.csr, assignments: [] });
  await certificateBecomes(api, 'brought', 1);
  await expect(
    api.call(operations.certificate.revoke, { params, body: { reason: 'keyCompromise' } }),
  ).rejects.toMatchObject({ problem: { code: 'not-possible', detail: expect.stringContaining('Bring a CSR with') } });
  const body = { reason: 'keyCompromise', replaceFirst: false } as const;
  await api.call(operations.certificate.revoke, { params, body });
  await certificateFails(api, 'brought', 'Bring a CSR with another key');
  const second = await csrFor('brought');
  await api.call(operations.certificate.change, { params, body: { csr: second.csr } });
  await certificateIs(api, 'brought', ({ version }) => version?.number === 2);
  expect(await keyOf('brought')).toBe(second.publicKey);
});

test('a CSR for what is assigned: refused, and nothing is changed', async () => {
  const params = { name: 'served' };
  await request('served');
  const before = await certificateBecomes(api, 'served', 1);
  const { csr } = await csrFor('served');
  const change = api.call(operations.certificate.change, { params, body: { csr, labels: { team: 'web' } } });
  await expect(change).rejects.toEqual(refusedWith('not-possible'));
  expect(await api.call(operations.certificate.show, { params })).toEqual(before);
});

test('"csr": null returns to a key of our own, which can be assigned again', async () => {
  const params = { name: 'returned' };
  const { csr, publicKey } = await csrFor('returned');
  await request('returned', { csr, assignments: [] });
  await certificateBecomes(api, 'returned', 1);
  await api.call(operations.certificate.change, { params, body: { csr: null } });
  await certificateBecomes(api, 'returned', 2);
  expect(await keyOf('returned')).not.toBe(publicKey);
  await api.call(operations.certificate.assign, { params, body: { target: 'vs-2' } });
  const live = await certificateBecomes(api, 'returned', 2);
  expect(await fleet.served('returned.example.com')).toBe(live.version?.serial);
});
