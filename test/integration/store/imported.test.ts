import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from './databases.js';
import { createAccount, createCertificate, createPolicy, createVersion } from './fleet.js';

const start = Date.UTC(2027, 0, 1);
const day = 86_400_000;

describe.each(databases)('what was brought along on $name', databases => {
  let store: OpenStore;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => start } });
    return () => store.close();
  });

  const identifiers = [{ type: 'dns', value: 'shop.example.com', solverId: null }] as const;

  describe('a certificate without a policy', () => {
    test('is shown alone and beside others, without one', async () => {
      const { id } = await store.certificates.create({ name: 'shop', policyId: null, identifiers });
      await createVersion(store, id, { notAfter: start + day });
      expect(await store.certificates.detail('shop')).toMatchObject({ policy: null, status: 'valid', order: null });
      await createCertificate(store, await createPolicy(store), 'www');
      const { items } = await store.certificates.list();
      expect(items.map(({ name, policy }) => [name, policy])).toEqual([
        ['shop', null],
        ['www', 'default'],
      ]);
    });

    test('is listed by its source, page by page', async () => {
      const policy = await createPolicy(store);
      for (const name of ['a', 'b', 'c']) {
        await store.certificates.create({ name: `${name}-in`, policyId: null, identifiers });
        await createCertificate(store, policy, `${name}-acme`);
      }
      const first = await store.certificates.list({ source: 'imported', limit: 2 });
      const second = await store.certificates.list({ source: 'imported', limit: 2, cursor: first.nextCursor ?? '' });
      expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['a-in', 'b-in', 'c-in']);
      const { items } = await store.certificates.list({ source: 'acme' });
      expect(items.map(({ name }) => name)).toEqual(['a-acme', 'b-acme', 'c-acme']);
    });

    test('keeps no policy from being deleted, and goes with its keys', async () => {
      const policy = await createPolicy(store);
      const { id } = await store.certificates.create({ name: 'shop', policyId: null, identifiers });
      const { keyId } = await createVersion(store, id);
      await store.policies.delete(policy.id);
      await store.certificates.delete(id);
      expect(await store.keys.find(keyId)).toBeUndefined();
    });
  });

  describe('an intermediate certificate', () => {
    const fields = {
      ...{ subject: 'CN=CA 2', issuer: 'CN=Root', fingerprintSha256: 'ab', certificate: 'PEM' },
      ...{ notBefore: start - day, notAfter: start + day },
    };

    test('is read as it was written, and found by its name', async () => {
      const created = await store.intermediates.create({ name: 'ca-2', ...fields });
      expect(created).toMatchObject({ ...fields, createdAt: start });
      expect(await store.intermediates.byName('ca-2')).toEqual(created);
      expect(await store.intermediates.certificates()).toEqual(['PEM']);
      await expect(store.intermediates.create({ name: 'ca-2', ...fields })).rejects.toMatchObject({
        code: 'already-exists',
      });
    });

    test('is listed by name, and gone once deleted', async () => {
      for (const name of ['c', 'a', 'b']) await store.intermediates.create({ name, ...fields });
      const first = await store.intermediates.list({ limit: 2 });
      expect(first.items.map(({ name }) => name)).toEqual(['a', 'b']);
      const second = await store.intermediates.list({ limit: 2, cursor: first.nextCursor ?? '' });
      expect(second.items.map(({ name }) => name)).toEqual(['c']);
      await store.intermediates.delete(first.items[0]?.id ?? '');
      await expect(store.intermediates.byName('a')).rejects.toMatchObject({ code: 'not-found' });
      expect(await store.intermediates.certificates()).toHaveLength(2);
    });
  });

  test('an account is found by its key or the next one, at its own CA only', async () => {
    const account = await createAccount(store, 'le');
    const key = (publicKey: string) =>
      store.keys.create({ purpose: 'account', custody: 'server', algorithm: 'ES256', publicKey, privateKeyPem: 'PEM' });
    const { directoryUrl } = account;
    await store.accounts.update(account.id, { keyId: (await key('AAAA')).id, nextKeyId: (await key('BBBB')).id });
    expect((await store.accounts.findByKey(directoryUrl, 'AAAA'))?.name).toBe('le');
    expect((await store.accounts.findByKey(directoryUrl, 'BBBB'))?.name).toBe('le');
    expect(await store.accounts.findByKey(directoryUrl, 'CCCC')).toBeUndefined();
    expect(await store.accounts.findByKey('https://other.example/directory', 'AAAA')).toBeUndefined();
  });
});
