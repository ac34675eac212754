/** What people do with accounts, while the CA refuses, answers are lost, and orders run. */
import { generateAccountKey, privateKeyPem, spki } from '@certfleet/acme';
import { operations } from '@certfleet/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Endpoint } from '../../harness/fault-proxy.js';
import { loseAnswer, problem } from '../../harness/faults.js';
import { createLocalIdentity } from '../../harness/identity.js';
import { profileOf, register, startFleet } from './fleet.js';
import { certificateBecomes, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock, proxy, request, always, counted } = fleet;
const { directoryUrl, caPem: caCertificate } = proxy;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

const store = () => fleet.certfleet.server.engine.store;

/** Registers an account with a policy of the same name. */
async function accountWithPolicy(name: string): Promise<void> {
  await register(api, name, proxy);
  const body = { name, accounts: [name], defaultSolver: 'vs-1', profile: profileOf(fleet.pebble) };
  await api.call(operations.policy.create, { body });
}

test('registered again after the CA refused the kind of key: with a key of the kind that is asked for now', async () => {
  const body = { name: 'again', directoryUrl, caCertificate, agreeToTerms: true } as const;
  proxy.inject('newAccount', problem(400, 'badSignatureAlgorithm'));
  const refused = api.call(operations.account.register, { body: { ...body, keyAlgorithm: 'ES384' } });
  await expect(refused).rejects.toThrow(/badSignatureAlgorithm/);
  const { keyId: refusedKey } = await store().accounts.byName('again');
  const account = await api.call(operations.account.register, { body: { ...body, keyAlgorithm: 'ES256' } });
  expect(account).toMatchObject({ status: 'valid', keyAlgorithm: 'ES256' });
  expect(proxy.to('newAccount').at(-1)?.jws?.alg).toBe('ES256');
  expect(await store().keys.find(refusedKey)).toBeUndefined();
});

test('registered again after the answer was lost: with the same key, so that the CA finds the account it made', async () => {
  const body = { name: 'lost', directoryUrl, caCertificate, agreeToTerms: true };
  const lost = always('newAccount', loseAnswer);
  await expect(api.call(operations.account.register, { body })).rejects.toThrow();
  lost.remove();
  const { keyId } = await store().accounts.byName('lost');
  await api.call(operations.account.register, { body });
  expect((await store().accounts.byName('lost')).keyId).toBe(keyId);
  expect(proxy.to('newAccount').at(-1)?.status).toBe(200);
});

test('registered again with another root of the CA’s HTTPS: that one is kept', async () => {
  const { certificatePem: other } = await createLocalIdentity('Another root beside the right one');
  const body = { name: 'rooted', directoryUrl, agreeToTerms: true };
  const down = always('newAccount', problem(500, 'serverInternal'));
  const bundle = `${other}${caCertificate}`;
  await expect(api.call(operations.account.register, { body: { ...body, caCertificate: bundle } })).rejects.toThrow();
  down.remove();
  await api.call(operations.account.register, { body: { ...body, caCertificate } });
  expect((await store().accounts.byName('rooted')).caCertificate).toBe(caCertificate);
});

test.each<[string, Endpoint]>([
  ['is about to be made', 'newOrder'],
  ['is being validated', 'order'],
  ['is about to be finalized', 'finalize'],
  ['is being downloaded', 'certificate'],
])('the account’s key is replaced while an order %s: the order goes on with the new one', async (_, endpoint) => {
  const name = `rollover-${endpoint.toLowerCase()}`;
  await accountWithPolicy(name);
  // The request that is under way was signed with the old key.
  proxy.inject(endpoint, async (_seen, forward) => {
    await api.call(operations.account.rollover, { params: { name } });
    return forward();
  });
  const orders = counted('newOrder', `${name}.example.com`);
  await request(name, { policy: name, assignments: [] });
  await certificateBecomes(api, name, 1);
  expect(orders()).toBe(endpoint === 'newOrder' ? 2 : 1);
  const { items } = await store().orders.ofCertificate((await store().certificates.byName(name)).id);
  expect(items.map(({ state }) => state)).toEqual(['done']);
});

test('the account’s key is replaced between presenting and responding: no authorization fails, the next order is made', async () => {
  await accountWithPolicy('between');
  proxy.inject('challenge', async (_seen, forward) => {
    await api.call(operations.account.rollover, { params: { name: 'between' } });
    return forward();
  });
  const before = proxy.to('challenge').length;
  await request('between', { policy: 'between', assignments: [] });
  await certificateBecomes(api, 'between', 1);
  const { items } = await store().orders.ofCertificate((await store().certificates.byName('between')).id);
  expect(items.map(({ state }) => state)).toEqual(['done', 'failed']);
  expect(items[1]?.error).toContain('was replaced while challenges');
  expect(
    proxy
      .to('challenge')
      .slice(before)
      .filter(({ status }) => status === 200),
  ).toHaveLength(1);
  await expect.poll(fleet.challenges, { timeout: 30_000 }).toEqual([]);
});

test('killed in a rollover after the CA took the new key: orders are made with that, and repeating it settles it', async () => {
  await accountWithPolicy('halfway');
  const params = { name: 'halfway' };
  const { id, keyId } = await store().accounts.byName('halfway');
  await api.call(operations.account.rollover, { params });
  const { keyId: nextKeyId } = await store().accounts.byName('halfway');
  // What a process leaves that is killed between the CA's answer and its own note of it.
  const replaced = await generateAccountKey();
  const old = await store().keys.create({
    ...{ purpose: 'account', custody: 'server', algorithm: 'ES256' },
    ...{ publicKey: spki(replaced).toString('base64'), privateKeyPem: privateKeyPem(replaced) },
  });
  expect(keyId).not.toBe(nextKeyId);
  await store().accounts.update(id, { keyId: old.id, nextKeyId });

  await request('halfway', { policy: 'halfway', assignments: [] });
  await certificateBecomes(api, 'halfway', 1);
  await api.call(operations.account.rollover, { params });
  expect(await store().accounts.byName('halfway')).toMatchObject({ keyId: nextKeyId, nextKeyId: null });
});

test('what the CA refuses with either key is what is told', async () => {
  await accountWithPolicy('refused');
  always('newOrder', problem(403, 'rejectedIdentifier'));
  await request('refused', { policy: 'refused', assignments: [] });
  const failed = await certificateIs(api, 'refused', ({ lastError }) => lastError !== null);
  expect(failed.lastError?.message).toContain('rejectedIdentifier');
});

test('deactivated, but the answer was lost: asked again, it is settled', async () => {
  await accountWithPolicy('leaving');
  const params = { name: 'leaving' };
  const lost = always('account', loseAnswer);
  await expect(api.call(operations.account.deactivate, { params })).rejects.toThrow();
  lost.remove();
  expect((await api.call(operations.account.show, { params })).status).toBe('valid');
  expect((await api.call(operations.account.deactivate, { params })).status).toBe('deactivated');
  expect((await api.call(operations.account.show, { params })).status).toBe('deactivated');
});

test('a deactivation that the CA refuses for another reason leaves the account as it is', async () => {
  await accountWithPolicy('staying');
  const params = { name: 'staying' };
  proxy.inject('account', problem(403, 'unauthorized'));
  await expect(api.call(operations.account.deactivate, { params })).rejects.toThrow(/unauthorized/);
  expect((await api.call(operations.account.show, { params })).status).toBe('valid');
  await request('staying', { policy: 'staying', assignments: [] });
  await certificateBecomes(api, 'staying', 1);
});

test('a policy that is moved to another account of the same CA: renewed at the first attempt, and replaces nothing', async () => {
  await accountWithPolicy('left');
  await register(api, 'entered', proxy);
  await request('moved', { policy: 'left', assignments: [] });
  await certificateBecomes(api, 'moved', 1);
  await api.call(operations.policy.change, { params: { name: 'left' }, body: { accounts: ['entered'] } });
  const orders = counted('newOrder', 'moved.example.com');
  await api.call(operations.certificate.renew, { params: { name: 'moved' } });
  const renewed = await certificateBecomes(api, 'moved', 2);
  expect(renewed.lastError).toBeNull();
  expect(orders()).toBe(1);
  // RFC 9773 §5: only the account that a certificate was issued to can replace it.
  expect(proxy.to('newOrder').at(-1)?.payload).not.toHaveProperty('replaces');
});
