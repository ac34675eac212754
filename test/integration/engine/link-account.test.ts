/** An account that another client has registered at the CA, taken over by its key. */
import { createPrivateKey } from 'node:crypto';
import { AcmeServer, createAccount, deactivateAccount, signerFromKey } from '@certfleet/acme';
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { newKey, openssl } from '../../../packages/server/src/key-files/testing/openssl.js';
import { profileOf, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const fleet = await startFleet();
const { api, pebble, proxy } = fleet;
const { directoryUrl, caPem: caCertificate } = proxy;
const server = new AcmeServer({ directoryUrl, ca: caCertificate, userAgent: 'another-client' });

afterAll(async () => {
  await server.close();
  await fleet.stop();
});

const store = () => fleet.certfleet.server.engine.store;
const base64 = (file: string | Buffer) => Buffer.from(file).toString('base64');

/** Registers an account as another client does. */
function registerElsewhere(pem: string, contact: string[] = []) {
  return createAccount(server, signerFromKey(createPrivateKey(pem)), { contact, termsOfServiceAgreed: true });
}

function link(name: string, file: string | Buffer, passPhrase?: string) {
  const body = { name, directoryUrl, caCertificate, file: base64(file), ...(passPhrase ? { passPhrase } : {}) };
  return api.call(operations.account.link, { body });
}

test.each<[string, string, (pem: string) => string | Buffer, string?]>([
  ['certbot', 'RSA-2048', pem => JSON.stringify(createPrivateKey(pem).export({ format: 'jwk' }))],
  ['acme.sh', 'P-256', pem => openssl('ec', pem)],
  ['lego', 'P-384', pem => openssl('ec', pem)],
  ['dehydrated', 'RSA-2048', pem => openssl('rsa -traditional', pem)],
  ['encrypted', 'P-256', pem => openssl('pkcs8 -topk8 -v2 aes-256-cbc -passout pass:hush', pem), 'hush'],
])('an account of %s (%s) is found by its key', async (name, kind, write, passPhrase) => {
  const pem = newKey(kind);
  const { session } = await registerElsewhere(pem, [`mailto:${name}@example.com`]);
  const newAccounts = proxy.to('newAccount').length;

  const account = await link(name, write(pem), passPhrase);
  const algorithm = { 'P-256': 'ES256', 'P-384': 'ES384' }[kind] ?? 'RS256';
  expect(account).toMatchObject({ name, status: 'valid', accountUrl: session.accountUrl, keyAlgorithm: algorithm });
  expect(account.email).toBe(`${name}@example.com`);
  const asked = proxy.to('newAccount').slice(newAccounts);
  expect(asked.map(({ payload }) => payload)).toEqual([{ onlyReturnExisting: true }]);
  const { items } = await api.call(operations.event.list, { query: { subject: `account:${name}` } });
  expect(items.map(({ action, outcome }) => [action, outcome])).toEqual([['account.linked', 'succeeded']]);
});

test('certificates are ordered with it', async () => {
  const pem = newKey('P-256');
  const { session } = await registerElsewhere(pem);
  await link('orders', pem);
  await api.call(operations.policy.create, {
    body: { name: 'orders', accounts: ['orders'], defaultSolver: 'vs-1', profile: profileOf(pebble) },
  });
  await fleet.request('linked', { policy: 'orders', assignments: [] });
  expect((await certificateBecomes(api, 'linked', 1)).version?.account).toBe('orders');
  expect(proxy.to('newOrder').at(-1)?.jws?.kid).toBe(session.accountUrl);
});

test.each<[string, () => Promise<unknown>, string, RegExp]>([
  ['a key that the CA does not know', async () => link('none', newKey('P-256')), 'ca-refused', /knows no account with/],
  [
    'the key of an account that was deactivated',
    async () => {
      const pem = newKey('P-256');
      await deactivateAccount((await registerElsewhere(pem)).session);
      return link('none', pem);
    },
    'ca-refused',
    /not valid any more|deactivated/,
  ],
  [
    'a wrong pass phrase',
    async () => link('none', openssl('pkcs8 -topk8 -v2 aes-256-cbc -passout pass:hush', newKey('P-256')), 'other'),
    'invalid-input',
    /pass phrase is wrong/,
  ],
  ['a public key', async () => link('none', openssl('pkey -pubout', newKey('P-256'))), 'invalid-input', /public key/],
  ['a name that is taken', async () => link('pebble', newKey('P-256')), 'already-exists', /named "pebble"/],
  [
    'a key that is here already',
    async () => {
      const { keyId } = await store().accounts.byName('pebble');
      return link('none', await store().keys.privateKeyPem(keyId));
    },
    'already-exists',
    /key of account pebble/,
  ],
  ['10 MB of noise', async () => link('none', Buffer.alloc(10_000_000, 7)), 'too-large', /too large/],
])('%s: refused, and nothing is changed', async (_, attempt, code, message) => {
  const before = await api.call(operations.account.list, {});
  const refused = { name: 'ApiError', message: expect.stringMatching(message), problem: { code } };
  await expect(attempt()).rejects.toMatchObject(refused);
  expect(await api.call(operations.account.list, {})).toEqual(before);
});

test('linked twice at the same moment: one account', async () => {
  const pem = newKey('P-256');
  await registerElsewhere(pem);
  const results = await Promise.allSettled([link('one', pem), link('two', pem)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = results.find(({ status }) => status === 'rejected');
  expect(refused).toMatchObject({ reason: { problem: { code: 'already-exists' } } });
});

test('the key can be replaced here, and the old one no longer works', async () => {
  const pem = newKey('P-256');
  await registerElsewhere(pem);
  await link('rolls', pem);
  await api.call(operations.account.rollover, { params: { name: 'rolls' } });
  await expect(link('again', pem)).rejects.toMatchObject({ problem: { code: 'ca-refused' } });
});

test.each([
  ['plain', undefined, /^-----BEGIN PRIVATE KEY-----/],
  ['encrypted', 'Schlüssel', /^-----BEGIN ENCRYPTED PRIVATE KEY-----/],
])(
  'an exported key (%s) brings an account back that was deleted here; the export is an event',
  async (kind, passPhrase, begins) => {
    const name = `exported-${kind}`;
    const pem = newKey('P-256');
    const registered = await registerElsewhere(pem, [`mailto:${name}@example.com`]);
    const { accountUrl } = await link(name, pem);
    expect(accountUrl).toBe(registered.session.accountUrl);

    const body = passPhrase === undefined ? {} : { passPhrase };
    const exported = await api.call(operations.account.export, { params: { name }, body });
    expect(exported).toMatchObject({ directoryUrl, accountUrl, privateKey: expect.stringMatching(begins) });
    await api.call(operations.account.delete, { params: { name } });
    const again = await link(`${name}-again`, exported.privateKey, passPhrase);
    expect(again).toMatchObject({ accountUrl, status: 'valid', email: `${name}@example.com` });

    const query = { subject: `account:${name}`, action: 'account.key-exported' };
    const { items } = await api.call(operations.event.list, { query });
    expect(items.map(({ detail }) => detail)).toEqual([{ accountUrl, encrypted: passPhrase !== undefined }]);
  },
);
