import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from './databases.js';
import { createAccount, createCertificate, createPolicy, poolSettings } from './fleet.js';

describe.each(databases)('lists are searched on $name', databases => {
  let store: OpenStore;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create());
    return () => store.close();
  });

  test('what has a name is found by a part of it, and first what is called exactly so', async () => {
    for (const name of ['b', 'a-b', 'B_2', 'c']) {
      await createAccount(store, name);
      await store.solvers.create({ name, type: 'test', config: {} });
      await store.targets.create({ name, type: 'test', config: {} });
      await createPolicy(store, name, [(await store.accounts.byName(name)).id]);
      await store.contentRules.create({
        ...{ name, field: 'url', header: null, match: 'prefix', pattern: `/${name}` },
        ...{ includeHost: false, includeQuery: true, negate: false, ignoreCase: true, mustFail: false },
      });
    }
    expect((await store.targets.list({ type: 'nothing' })).items).toEqual([]);
    expect((await store.targets.list({ type: 'test', search: 'c' })).items).toMatchObject([{ name: 'c' }]);
    for (const rows of [store.accounts, store.solvers, store.targets, store.policies, store.contentRules]) {
      const names = async (request: { search: string; limit?: number; cursor?: string }) =>
        (await rows.list(request)).items.map(({ name }) => name);
      expect(await names({ search: 'b' })).toEqual(['b', 'B_2', 'a-b']);
      expect(await names({ search: '_' })).toEqual(['B_2']);
      expect(await names({ search: 'nobody' })).toEqual([]);
      expect(await names({ search: '' })).toEqual(['B_2', 'a-b', 'b', 'c']);
      // By cursors, too, the exact one comes once.
      const { nextCursor } = await rows.list({ search: 'b', limit: 1 });
      expect(await names({ search: 'b', limit: 5, cursor: nextCursor ?? '' })).toEqual(['B_2', 'a-b']);
    }
  });

  test('so are certificates, however many have it in their names or identifiers', async () => {
    const policy = await createPolicy(store);
    for (const name of ['shop', 'a-hundred-names', 'old-shop', 'other', 'Shop']) {
      const { id } = await createCertificate(store, policy, name);
      if (name === 'a-hundred-names') {
        await store.certificates.setIdentifiers(id, [{ type: 'dns', value: 'shop-1.example.net', solverId: null }]);
      }
    }
    const names = async (request: Parameters<typeof store.certificates.list>[0]) =>
      (await store.certificates.list({ search: 'shop', ...request })).items.map(({ name }) => name);
    const found = ['shop', 'Shop', 'a-hundred-names', 'old-shop'];
    expect(await names({})).toEqual(found);
    expect(await names({ sort: '-name' })).toEqual(['shop', 'old-shop', 'a-hundred-names', 'Shop']);
    expect(await names({ search: 'a-hundred' })).toEqual(['a-hundred-names']);
    expect(await names({ search: 'other', limit: 1 })).toEqual(['other']);
    expect(await names({ source: 'imported' })).toEqual([]);
    // By cursors, too, each comes once, and the last page says that it is the last.
    for (const limit of [1, 2, 3, 4]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.certificates.list({ search: 'shop', limit, cursor });
        expect(page.items.length).toBeGreaterThan(0);
        seen.push(...page.items.map(({ name }) => name));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(found);
    }
  });

  test('domains are found by a part of their patterns', async () => {
    const { id: solverId } = await store.solvers.create({ name: 's', type: 't', config: {} });
    for (const pattern of ['www.example.com', '.example.com', '.org'])
      await store.domains.create({ pattern, solverId });
    const found = await store.domains.list({ search: '.example.com' });
    expect(found.items.map(({ pattern }) => pattern)).toEqual(['.example.com', 'www.example.com']);
  });

  test('certificates are found by the domain that decides on one of their names', async () => {
    const policy = await createPolicy(store);
    const { id: solverId } = await store.solvers.create({ name: 's', type: 't', config: {} });
    const create = (name: string, value: string, own: string | null = null, policyId: string | null = policy.id) =>
      store.certificates.create({ name, policyId, identifiers: [{ type: 'dns', value, solverId: own }] });
    await create('apex', 'example.com');
    await create('wildcard', '*.example.com');
    await create('shop', 'shop.example.com');
    await create('below', 'a.shop.example.com');
    await create('www', 'www.example.com');
    await create('own', 'own.example.com', solverId);
    await create('imported', 'imported.example.com', null, null);
    await create('other', 'other-example.com');
    for (const pattern of ['.example.com', '.shop.example.com', 'www.example.com'])
      await store.domains.create({ pattern, solverId });
    const found = async (domain: string) => (await store.certificates.list({ domain })).items.map(({ name }) => name);
    expect(await found('.Example.com')).toEqual(['apex', 'wildcard']);
    expect(await found('.shop.example.com')).toEqual(['below', 'shop']);
    expect(await found('www.example.com')).toEqual(['www']);
    expect(await found('.com')).toEqual(['other']);
    await expect(found('no name')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('tokens are found by the user whose keys they are, or who created them', async () => {
    const anna = await store.users.create({ name: 'anna', role: 'admin', passwordHash: 'x' });
    const create = (name: string, createdBy: string, userId: string | null = null) =>
      store.tokens.create({ ...{ name, role: 'viewer', hash: name, createdBy, expiresAt: null }, userId });
    await create('key', 'system', anna.id);
    await create('ci', 'user:anna');
    await create('other', 'user:annabel');
    const found = async (user: string) => (await store.tokens.list({ user })).items.map(({ name }) => name);
    expect(await found('anna')).toEqual(['ci', 'key']);
    expect(await found('nobody')).toEqual([]);
  });

  test('policies are found by an account of theirs and by their default solver', async () => {
    const [a, b] = [await createAccount(store, 'a'), await createAccount(store, 'b')];
    const solver = await store.solvers.create({ name: 'http', type: 'test', config: {} });
    await createPolicy(store, 'first', [a.id]);
    const { id } = await createPolicy(store, 'both', [b.id, a.id]);
    await store.policies.update(id, { defaultSolverId: solver.id });
    const found = async (filter: Parameters<typeof store.policies.list>[0]) =>
      (await store.policies.list(filter)).items.map(({ name }) => name);
    expect(await found({ account: 'a' })).toEqual(['both', 'first']);
    expect(await found({ account: 'b' })).toEqual(['both']);
    expect(await found({ solver: 'http' })).toEqual(['both']);
    expect(await found({ solver: 'http', account: 'a', search: 'first' })).toEqual([]);
    expect(await found({ account: 'nobody' })).toEqual([]);
  });

  test('virtual services are found by a part of what people call them, and so are their solvers and targets', async () => {
    const { id: loadBalancerId } = await store.loadBalancers.create({ name: 'lb', isDefault: true, instances: [] });
    const service = (name: string | null, address: string, port: number) =>
      store.virtualServices.create({
        ...{ loadBalancerId, name, address, port, type: 'https', enabled: true },
        ...{ ...poolSettings, redirectPort: null, http2: false },
      });
    const shop = await service('Shop', '192.0.2.7', 443);
    const nameless = await service(null, '2001:db8::7', 8443);
    await store.virtualServices.createSub(shop.index, {
      ...poolSettings,
      ...{ name: 'shopping', enabled: true, contentRules: [] },
    });
    for (const { index } of [shop, nameless]) {
      const config = { virtualService: index };
      await store.solvers.create({ name: `vs-${index}`, type: 'virtual-service', config });
      await store.targets.create({
        name: `vs-${index}`,
        type: 'virtual-service',
        config: { virtualService: `${index}` },
      });
    }
    await store.solvers.create({ name: 'other', type: 'test', config: { port: 80 } });
    for (const [search, expected] of [
      ['shop', [shop.index]],
      ['192.0.2.7:443', [shop.index]],
      ['[2001:db8::7]:8443', [nameless.index]],
      ['443', [shop.index, nameless.index]],
      ['nobody', []],
    ] as const) {
      const found = await store.virtualServices.list({ search });
      expect(found.items.map(({ index }) => index)).toEqual(expected);
      const own = expected.map(index => `vs-${index}`);
      expect((await store.solvers.list({ search })).items.map(({ name }) => name)).toEqual(own);
      expect((await store.targets.list({ search })).items.map(({ name }) => name)).toEqual(own);
    }
    const byIndex = await store.virtualServices.list({ search: String(nameless.index), name: undefined, port: 8443 });
    expect(byIndex.items.map(({ index }) => index)).toEqual([nameless.index]);
    expect(await store.virtualServices.places([shop.index, shop.index + 100])).toEqual(
      new Map([[shop.index, { index: shop.index, name: 'Shop', address: '192.0.2.7', port: 443, enabled: true }]]),
    );
  });
});
