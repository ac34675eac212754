import type { CertificateStatus, RequestStatus } from '@certfleet/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CertificateFilter } from '../../../packages/server/src/store/certificate-list.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from './databases.js';
import { createAccount, createCertificate, createPolicy, createVersion, poolSettings } from './fleet.js';

const start = Date.UTC(2027, 0, 1);
const day = 86_400_000;

describe.each(databases)('certificates on $name', databases => {
  let store: OpenStore;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => start } });
    return () => store.close();
  });

  /** All names of a list, page by page. */
  async function names(filter: CertificateFilter = {}, limit = 2): Promise<string[]> {
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await store.certificates.list({ ...filter, limit, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items.map(item => item.name));
      cursor = page.nextCursor;
    }
    return found;
  }

  test('are read as they were written, names in order', async () => {
    const policy = await createPolicy(store);
    const identifiers = [
      { type: 'dns', value: 'www.example.com', solverId: null },
      { type: 'ip', value: '192.0.2.1', solverId: null },
      { type: 'dns', value: 'a.example.com', solverId: null },
    ] as const;
    const fields = { name: 'www', policyId: policy.id, subject: { organization: 'Ex' }, ariChoice: null };
    const created = await store.certificates.create({ ...fields, identifiers, labels: { team: 'web', env: 'prod' } });
    expect(await store.certificates.get(created.id)).toEqual(created);
    expect(await store.certificates.byName('www')).toEqual(created);
    expect(created).toMatchObject({ ...fields, identifiers, revision: 1, failures: 0, createdAt: start });
    expect(await store.certificates.labels(created.id)).toEqual({ env: 'prod', team: 'web' });

    await store.certificates.setIdentifiers(created.id, identifiers.slice(1));
    await store.certificates.setLabels(created.id, { team: 'ops' });
    const ariChoice = { window: { start: 1, end: 2 }, chosenAt: 1 } as never;
    await store.certificates.update(created.id, { revision: 2, ariChoice, lastError: 'CA down' });
    expect(await store.certificates.get(created.id)).toEqual({
      ...created,
      ...{ identifiers: identifiers.slice(1), revision: 2, ariChoice, lastError: 'CA down' },
    });
    expect(await store.certificates.labels(created.id)).toEqual({ team: 'ops' });
  });

  test('are found by exactly their names, in any order', async () => {
    const policy = await createPolicy(store);
    const create = (name: string, values: string[]) => {
      const identifiers = values.map(value => ({ type: 'dns' as const, value, solverId: null }));
      return store.certificates.create({ name, policyId: policy.id, identifiers });
    };
    await create('two', ['www.example.com', 'example.com']);
    await create('same', ['example.com', 'www.example.com']);
    await create('one', ['example.com']);
    await create('three', ['example.com', 'www.example.com', 'shop.example.com']);
    expect(await store.certificates.withSameNames(['example.com', 'www.example.com'])).toEqual(['same', 'two']);
    expect(await store.certificates.withSameNames(['example.com'])).toEqual(['one']);
    expect(await store.certificates.withSameNames(['www.example.com'])).toEqual([]);
  });

  test('a name is given once', async () => {
    const policy = await createPolicy(store);
    await createCertificate(store, policy, 'www');
    await expect(createCertificate(store, policy, 'www')).rejects.toMatchObject({ code: 'already-exists' });
    const other = await createCertificate(store, policy, 'other');
    await expect(store.certificates.update(other.id, { name: 'www' })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await expect(store.certificates.byName('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('are listed with all that is shown of them', async () => {
    const policy = await createPolicy(store);
    const account = await createAccount(store, 'letsencrypt');
    const solver = await store.solvers.create({ name: 'dns', type: 'test', config: {} });
    const target = await store.targets.create({ name: 'web', type: 'test', config: {} });
    const identifiers = [{ type: 'dns', value: 'www.example.com', solverId: solver.id } as const];
    const { id } = await store.certificates.create({
      name: 'www',
      policyId: policy.id,
      identifiers,
      labels: { a: 'b' },
    });
    const version = await createVersion(store, id, { accountId: account.id, notAfter: start + day });
    await store.assignments.create({ certificateId: id, targetId: target.id, isDefault: true });
    const ordered = { certificateId: id, accountId: account.id, revision: 1, keyId: version.keyId, csr: 'AA==' };
    const done = await store.orders.create(ordered);
    await store.orders.update(done.id, { state: 'done' });
    const running = await store.orders.create(ordered);
    await store.orders.update(running.id, {
      state: 'validating',
      waitsFor: 'The CA is validating.',
      waitsUntil: start + 5,
    });

    const { items } = await store.certificates.list();
    expect(items).toMatchObject([
      {
        name: 'www',
        policy: 'default',
        status: 'valid',
        identifiers: [{ type: 'dns', value: 'www.example.com', solverId: solver.id, solver: 'dns' }],
        labels: { a: 'b' },
        version: { number: 1, account: 'letsencrypt', keyAlgorithm: 'ecdsa-p256' },
        order: { id: running.id, state: 'validating', account: 'letsencrypt', waitsUntil: start + 5 },
        assignments: 1,
      },
    ]);
    expect(await store.certificates.detail('www')).toEqual(items[0]);
  });

  test('tell of the first five virtual services that they are assigned to, each once, whatever their targets', async () => {
    const policy = await createPolicy(store);
    const loadBalancer = await store.loadBalancers.create({ name: 'lb', isDefault: true, instances: [] });
    const { id } = await createCertificate(store, policy, 'www');
    await createCertificate(store, policy, 'other');
    const assign = async (name: string, config: Record<string, unknown>) => {
      const target = await store.targets.create({ name, type: 'test', config });
      await store.assignments.create({ certificateId: id, targetId: target.id, isDefault: false });
    };
    await assign('admin', {});
    const services: number[] = [];
    for (let port = 1; port <= 6; port++) {
      const { index } = await store.virtualServices.create({
        ...{ loadBalancerId: loadBalancer.id, name: `shop-${port}`, address: '192.0.2.1', port, type: 'https' },
        ...{ ...poolSettings, enabled: true, redirectPort: null, http2: false },
      });
      services.push(index);
      await assign(`vs-${index}`, { virtualService: index });
      if (port === 1) await assign('own', { virtualService: index });
    }
    const { items } = await store.certificates.list();
    expect(items.map(({ name, assignments, virtualServices }) => [name, assignments, virtualServices])).toEqual([
      ['other', 0, []],
      [
        'www',
        8,
        services
          .slice(0, 5)
          .map((index, at) => ({ index, name: `shop-${at + 1}`, address: '192.0.2.1', port: at + 1, enabled: true })),
      ],
    ]);
  });

  test.each<[CertificateStatus, { issued?: boolean; revoked?: boolean; notAfter?: number; failures?: number }]>([
    ['pending', {}],
    ['failing', { failures: 2 }],
    ['valid', { issued: true, notAfter: start + day }],
    ['failing', { issued: true, notAfter: start + day, failures: 1 }],
    ['expired', { issued: true, notAfter: start }],
    ['expired', { issued: true, notAfter: start - day, failures: 3 }],
    ['revoked', { issued: true, revoked: true, notAfter: start + day }],
    ['revoked', { issued: true, revoked: true, notAfter: start - day, failures: 1 }],
  ])('is %s: %o; the filter and the record agree', async (status, facts) => {
    const policy = await createPolicy(store);
    const { id } = await createCertificate(store, policy, 'www');
    const { notAfter = start + day, failures = 0 } = facts;
    if (facts.issued) {
      const version = await createVersion(store, id, { notAfter });
      if (facts.revoked) await store.versions.markRevoked(version.id, start);
    }
    await store.certificates.update(id, { failures });
    expect((await store.certificates.detail('www')).status).toBe(status);
    const found: CertificateStatus[] = [];
    for (const candidate of ['pending', 'valid', 'failing', 'expired', 'revoked'] as const) {
      if ((await names({ status: candidate })).length > 0) found.push(candidate);
    }
    expect(found).toEqual([status]);
  });

  test.each<[RequestStatus | null, string, { versions?: number; renewAt?: number; failedAt?: number; order?: number }]>(
    [
      ['pending', 'nothing was issued yet', {}],
      ['pending', 'an order runs', { order: start - 5 }],
      ['pending', 'its renewal is due', { versions: 1, renewAt: start }],
      ['pending', 'a renewal runs', { versions: 2, renewAt: start - 10, order: start - 5 }],
      ['pending', 'another order was made after a failure', { failedAt: start - 10, order: start - 5 }],
      ['failed', 'the attempt failed', { failedAt: start - 10 }],
      ['failed', 'the order goes on after a failure', { failedAt: start - 5, order: start - 10 }],
      ['failed', 'the renewal failed', { versions: 1, renewAt: start - 20, failedAt: start - 10 }],
      ['available', 'the first version is there', { versions: 1, renewAt: start + day }],
      ['renewed', 'it is not the first one', { versions: 3, renewAt: start + day }],
      [null, 'it was imported', { versions: 2 }],
    ],
  )('its request is %s: %s; the filter and the record agree', async (status, _, facts) => {
    const policy = await createPolicy(store);
    const account = await createAccount(store);
    const { id } = await createCertificate(store, policy, 'www');
    const { versions = 0, renewAt = null, failedAt = null, order } = facts;
    for (let count = 0; count < versions; count++) await createVersion(store, id, { notAfter: start + day });
    if (order !== undefined) {
      const { id: keyId } = await store.keys.create({
        ...{ custody: 'server', publicKey: 'AA==', privateKeyPem: 'PEM' },
        ...{ purpose: 'certificate', algorithm: 'P-256' },
      });
      const { id: orderId } = await store.orders.create({
        ...{ certificateId: id, accountId: account.id, revision: 1, keyId, csr: 'AA==' },
      });
      await store.orders.update(orderId, { createdAt: order } as object);
    }
    await store.certificates.update(id, {
      renewAt,
      ...(failedAt === null ? {} : { failures: 1, lastErrorAt: failedAt }),
      ...(status === null ? { policyId: null } : {}),
    });
    expect((await store.certificates.detail('www')).request).toBe(status);
    const found: RequestStatus[] = [];
    for (const candidate of ['pending', 'available', 'failed', 'renewed'] as const) {
      if ((await names({ request: candidate })).length > 0) found.push(candidate);
    }
    expect(found).toEqual(status === null ? [] : [status]);
  });

  describe('a list', () => {
    beforeEach(async () => {
      const policy = await createPolicy(store);
      const other = await createPolicy(store, 'other');
      const make = (name: string, value: string, more: object = {}) =>
        store.certificates.create({
          ...{ name, policyId: policy.id, identifiers: [{ type: 'dns', value, solverId: null }] },
          ...more,
        });
      await make('b', 'shop.example.com', { notAfter: start + 3 * day, renewAt: start + day, labels: { team: 'web' } });
      await make('a', 'api.example.net', { notAfter: start + day, renewAt: start + 2 * day, labels: { team: 'ops' } });
      await make('C', 'x.example.org', { notAfter: start + day, renewAt: start + day, policyId: other.id });
      await make('d_1', '100.example.com', { labels: { env: 'prod', team: 'web' } });
      await make('d-1', 'y.example.com');
    });

    test.each<[string, CertificateFilter, string[]]>([
      ['by name: byte by byte on both databases', {}, ['C', 'a', 'b', 'd-1', 'd_1']],
      ['by name, downwards', { sort: '-name' }, ['d_1', 'd-1', 'b', 'a', 'C']],
      ['by notAfter: those without a version first', { sort: 'notAfter' }, ['d_1', 'd-1', 'a', 'C', 'b']],
      ['by notAfter, downwards', { sort: '-notAfter' }, ['b', 'C', 'a', 'd-1', 'd_1']],
      ['by renewal', { sort: 'renewal' }, ['d_1', 'd-1', 'b', 'C', 'a']],
      ['found by part of a name', { search: 'D-' }, ['d-1']],
      ['found by part of an identifier, whatever the case', { search: 'EXAMPLE.COM' }, ['b', 'd-1', 'd_1']],
      ['an underscore is searched for, not a wildcard', { search: 'd_1' }, ['d_1']],
      ['nor is a percent sign', { search: '%' }, []],
      ['with a label', { label: 'team' }, ['a', 'b', 'd_1']],
      ['with a label of a value', { label: 'team=web' }, ['b', 'd_1']],
      ['of a policy', { policy: 'other' }, ['C']],
      ['of no policy', { policy: 'none' }, []],
      ['all of it', { policy: 'default', label: 'team', search: 'example', sort: '-notAfter' }, ['b', 'a', 'd_1']],
    ])('%s', async (_, filter, expected) => {
      expect(await names(filter, 2)).toEqual(expected);
      expect(await names(filter, 100)).toEqual(expected);
    });

    test('neither repeats nor hides the others when some come and go between its pages', async () => {
      const first = await store.certificates.list({ limit: 2 });
      expect(first.items.map(item => item.name)).toEqual(['C', 'a']);
      await store.certificates.delete((await store.certificates.byName('a')).id);
      const policy = await store.policies.byName('default');
      await createCertificate(store, policy, 'Aardvark');
      await createCertificate(store, policy, 'bb');
      const second = await store.certificates.list({ limit: 10, cursor: first.nextCursor ?? '' });
      expect(second.items.map(item => item.name)).toEqual(['b', 'bb', 'd-1', 'd_1']);
    });

    test.each(['nonsense', 'W10', Buffer.from('[{},1]').toString('base64url')])(
      'refuses the cursor %s',
      async cursor => {
        await expect(store.certificates.list({ cursor })).rejects.toMatchObject({ code: 'invalid-input' });
      },
    );
  });

  test('are found for ARI once their moment has come, the longest overdue first', async () => {
    const policy = await createPolicy(store);
    for (const [name, at] of Object.entries({ late: start - 5, now: start, later: start + 5 })) {
      await store.certificates.update((await createCertificate(store, policy, name)).id, { ariCheckAt: at });
    }
    await createCertificate(store, policy, 'never');
    const due = await store.certificates.dueForAriCheck(start, 10);
    expect(due.map(({ name }) => name)).toEqual(['late', 'now']);
    expect(due[0]?.identifiers).toHaveLength(1);
    expect(await store.certificates.nextAriCheckAt()).toBe(start - 5);
  });

  test('deleted: with versions, orders, assignments and keys that nothing else uses', async () => {
    const policy = await createPolicy(store);
    const account = await createAccount(store);
    const { id } = await createCertificate(store, policy, 'www');
    const version = await createVersion(store, id);
    const other = await createCertificate(store, policy, 'other');
    const shared = await createVersion(store, other.id);
    const order = await store.orders.create({
      ...{ certificateId: id, accountId: account.id, revision: 1, keyId: shared.keyId, csr: 'AA==' },
    });
    const solver = await store.solvers.create({ name: 'http', type: 'test', config: {} });
    const challenge = {
      ...{ authorizationUrl: 'a', challengeUrl: 'c', identifier: 'www.example.com', type: 'http-01' as const },
      ...{ token: 't', value: 'v', solverId: solver.id },
    };
    await store.challenges.willPresent(order.id, [challenge]);
    await expect(store.certificates.delete(id)).rejects.toMatchObject({
      code: 'not-possible',
      message: expect.stringContaining('www.example.com'),
    });
    const [left] = await store.challenges.uncleaned(order.id);
    await store.challenges.setState([left?.id ?? 0], 'cleaned');
    await store.certificates.delete(id);
    expect(await store.certificates.find(id)).toBeUndefined();
    expect(await store.keys.find(version.keyId)).toBeUndefined();
    expect(await store.keys.find(shared.keyId)).toBeDefined();
  });

  test('versions are numbered from 1 for each certificate', async () => {
    const policy = await createPolicy(store);
    const a = await createCertificate(store, policy, 'a');
    const b = await createCertificate(store, policy, 'b');
    const numbers = [];
    for (const { id } of [a, b, a, a]) numbers.push((await createVersion(store, id)).number);
    expect(numbers).toEqual([1, 1, 2, 3]);
    const { items } = await store.versions.byCertificate(a.id);
    expect(items.map(version => version.number)).toEqual([3, 2, 1]);
    expect(await store.versions.current(a.id)).toMatchObject({ number: 3 });
    expect(await store.versions.byNumber(a.id, 2)).toMatchObject({ number: 2, certificateId: a.id });
    await expect(store.versions.byNumber(a.id, 9)).rejects.toMatchObject({ code: 'not-found' });
  });
});
