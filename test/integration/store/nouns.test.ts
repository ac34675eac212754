import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeploymentRecord } from '../../../packages/server/src/store/deployments.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import type {
  NewVirtualService,
  PoolSettings,
  VirtualServiceFilter,
} from '../../../packages/server/src/store/virtual-services.js';
import { databases, open } from './databases.js';
import { createAccount, createCertificate, createPolicy, createVersion, poolSettings } from './fleet.js';

const start = Date.UTC(2027, 0, 1);

describe.each(databases)('nouns on $name', databases => {
  let store: OpenStore;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => start } });
    return () => store.close();
  });

  test('an account: created, changed, and refused to be deleted while a policy has it', async () => {
    const account = await createAccount(store, 'le');
    expect(await store.accounts.byName('le')).toEqual(account);
    await store.accounts.update(account.id, { status: 'valid', accountUrl: 'https://ca.example/1', email: undefined });
    expect(await store.accounts.get(account.id)).toEqual({
      ...account,
      status: 'valid',
      accountUrl: 'https://ca.example/1',
    });
    await expect(createAccount(store, 'le')).rejects.toMatchObject({ code: 'already-exists' });
    const policy = await createPolicy(store, 'default', [account.id]);
    await expect(store.accounts.delete(account.id)).rejects.toMatchObject({ code: 'in-use' });
    await store.policies.delete(policy.id);
    await store.accounts.delete(account.id);
    expect(await store.accounts.find(account.id)).toBeUndefined();
    expect(await store.keys.find(account.keyId)).toBeUndefined();
  });

  test('of several who look whether a key has an account, and make one, one makes it', async () => {
    const directoryUrl = 'https://ca.example/directory';
    const link = (name: string) =>
      store.transaction(async tx => {
        await tx.accounts.lockOthersOut();
        if (await tx.accounts.findByKey(directoryUrl, 'the key')) return 'known';
        const key = { purpose: 'account', custody: 'server', algorithm: 'ES256', publicKey: 'the key' } as const;
        const { id: keyId } = await tx.keys.create({ ...key, privateKeyPem: 'PEM' });
        await tx.accounts.create({ name, directoryUrl, keyId });
        return 'linked';
      });
    const names = ['a', 'b', 'c', 'd', 'e', 'f'].map(letter => `linked-${letter}`);
    const results = await Promise.all(names.map(link));
    expect(results.filter(result => result === 'linked')).toHaveLength(1);
  });

  test('a policy keeps its accounts in order', async () => {
    const [a, b, c] = [
      await createAccount(store, 'a'),
      await createAccount(store, 'b'),
      await createAccount(store, 'c'),
    ];
    const solver = await store.solvers.create({ name: 'http', type: 'test', config: {} });
    const { id } = await createPolicy(store, 'default', [c.id, a.id]);
    expect(await store.policies.byName('default')).toMatchObject({ accounts: ['c', 'a'], accountIds: [c.id, a.id] });
    await store.policies.update(id, {
      accountIds: [b.id, c.id, a.id],
      renewDaysBefore: 20,
      defaultSolverId: solver.id,
    });
    const expected = { accounts: ['b', 'c', 'a'], renewDaysBefore: 20, defaultSolver: 'http' };
    expect((await store.policies.list()).items).toMatchObject([expected]);
    await expect(store.solvers.delete(solver.id)).rejects.toMatchObject({ code: 'in-use' });
    await createCertificate(store, await store.policies.get(id), 'www');
    await expect(store.policies.delete(id)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining('default'),
    });
  });

  test("a solver's secrets stay as they were unless others are given", async () => {
    const solver = await store.solvers.create({ name: 's', type: 't', config: { a: 1 }, secrets: { password: 'p' } });
    await store.solvers.update(solver.id, { config: { a: 2 } });
    expect((await store.solvers.withSecrets(solver.id)).config).toEqual({ a: 2, password: 'p' });
    await store.solvers.update(solver.id, { secrets: null });
    expect((await store.solvers.withSecrets(solver.id)).config).toEqual({ a: 2 });
  });

  test('solvers and targets are found by the virtual services of their configuration', async () => {
    const row = (name: string, config: Record<string, unknown>) => ({ name, type: 'test', config });
    await store.solvers.create(row('two', { virtualService: 2 }));
    await store.solvers.create(row('another of two', { other: [1], virtualService: 2 }));
    await store.solvers.create(row('twelve', { virtualService: 12 }));
    await store.solvers.create(row('none', { port: 2 }));
    const names = async (indexes: number[]) => (await store.solvers.onVirtualServices(indexes)).map(({ name }) => name);
    expect(await names([2])).toEqual(['another of two', 'two']);
    expect(await names([12, 7])).toEqual(['twelve']);
    expect(await names([])).toEqual([]);
    expect(await store.targets.onVirtualServices([2])).toEqual([]);
  });

  test('a solver is changed by no one while a running order has something presented by it', async () => {
    const account = await createAccount(store);
    const { id: certificateId } = await createCertificate(store, await createPolicy(store), 'www');
    const { keyId } = await createVersion(store, certificateId);
    const order = await store.orders.create({ certificateId, accountId: account.id, keyId, csr: 'AA==', revision: 1 });
    const { id } = await store.solvers.create({ name: 'http', type: 'test', config: { port: 1 } });
    const challenge = {
      authorizationUrl: 'a',
      challengeUrl: 'c',
      identifier: 'www.example.com',
      type: 'http-01' as const,
    };
    await store.challenges.willPresent(order.id, [{ ...challenge, token: 't', value: 'v', solverId: id }]);
    const change = (port: number) => store.solvers.update(id, { config: { port } });

    await store.orders.update(order.id, { state: 'validating' });
    await expect(change(2)).rejects.toMatchObject({ code: 'in-use' });
    expect((await store.solvers.get(id)).config).toEqual({ port: 1 });
    await store.orders.update(order.id, { state: 'failed' });
    await change(3);
    expect((await store.solvers.get(id)).config).toEqual({ port: 3 });
  });

  test('domains are found by their patterns', async () => {
    const { id: solverId } = await store.solvers.create({ name: 's', type: 't', config: {} });
    for (const pattern of ['www.example.com', '.example.com', '.org'])
      await store.domains.create({ pattern, solverId });
    const found = await store.domains.byPatterns(['www.example.com', '.example.com', '.com']);
    expect(found.map(({ pattern }) => pattern).sort()).toEqual(['.example.com', 'www.example.com']);
    await expect(store.domains.create({ pattern: '.org', solverId })).rejects.toMatchObject({ code: 'already-exists' });
  });

  test('a certificate has one running order at a time', async () => {
    const account = await createAccount(store);
    const { id } = await createCertificate(store, await createPolicy(store), 'www');
    const order = { certificateId: id, accountId: account.id, revision: 1, keyId: account.keyId, csr: 'AA==' };
    const first = await store.orders.create(order);
    expect(await store.orders.active(id)).toEqual(first);
    await expect(store.orders.create(order)).rejects.toThrow(/refused/);
    const changed = await store.orders.update(first.id, { state: 'failed', error: 'CA down' });
    expect(changed).toEqual({ ...first, state: 'failed', error: 'CA down' });
    expect(await store.orders.active(id)).toBeNull();
    const second = await store.orders.create(order);
    expect((await store.orders.ofCertificate(id)).items.map(item => item.id)).toEqual([second.id, first.id]);
  });

  test('a challenge that a person presents is open until it is confirmed', async () => {
    const account = await createAccount(store);
    const solver = await store.solvers.create({ name: 's', type: 't', config: {} });
    const { id } = await createCertificate(store, await createPolicy(store), 'www');
    const order = await store.orders.create({
      ...{ certificateId: id, accountId: account.id, revision: 1, keyId: account.keyId, csr: 'AA==' },
    });
    const challenge = { authorizationUrl: 'a', identifier: 'www.example.com', type: 'http-01' as const, value: 'v' };
    await store.challenges.willPresent(order.id, [
      { ...challenge, challengeUrl: 'by-hand', token: 'a', solverId: solver.id, byPerson: true },
      { ...challenge, challengeUrl: 'by-solver', token: 'b', solverId: solver.id },
    ]);
    const needsPerson = async () => (await store.certificates.detail('www')).order?.needsPerson;
    expect(await needsPerson()).toBe(true);
    const [byHand] = await store.challenges.ofOrder(order.id);
    const sighting = { seen: false, message: 'answered 404', at: 5 };
    await store.challenges.setSightings(new Map([[byHand?.id ?? 0, sighting]]));
    await store.challenges.confirm([byHand?.id ?? 0], 7);
    expect(await needsPerson()).toBe(false);
    expect(await store.challenges.ofOrder(order.id)).toMatchObject([
      { byPerson: true, confirmedAt: 7, sighting },
      { byPerson: false, confirmedAt: null, sighting: null },
    ]);
  });

  test('a challenge is to be cleaned up from before it is presented until it is cleaned', async () => {
    const account = await createAccount(store);
    const solver = await store.solvers.create({ name: 's', type: 't', config: {} });
    const { id } = await createCertificate(store, await createPolicy(store), 'www');
    const order = await store.orders.create({
      ...{ certificateId: id, accountId: account.id, revision: 1, keyId: account.keyId, csr: 'AA==' },
    });
    const challenges = ['a', 'b'].map(name => ({
      ...{
        authorizationUrl: `https://ca.example/${name}`,
        challengeUrl: `https://ca.example/${name}/1`,
        identifier: name,
      },
      ...{ type: 'dns-01' as const, token: name, value: `value of ${name}`, solverId: solver.id },
    }));
    await store.challenges.willPresent(order.id, challenges);
    await store.challenges.willPresent(order.id, challenges);
    const written = await store.challenges.ofOrder(order.id);
    expect(written).toMatchObject(challenges);
    const [a, b] = written;
    await store.challenges.setState([a?.id ?? 0], 'cleaned');
    expect(await store.challenges.uncleaned()).toEqual([b]);
    expect(await store.challenges.uncleaned(order.id)).toEqual([b]);
    // Its order is still running: that is not left over.
    expect(await store.challenges.leftOver(id)).toEqual([]);
    await store.orders.update(order.id, { state: 'abandoned' });
    expect(await store.challenges.leftOver(id)).toEqual([b]);
    // The next one was given the same authorization: taken away for the first, it would be missing for the second.
    const next = await store.orders.create({
      ...{ certificateId: id, accountId: account.id, revision: 1, keyId: account.keyId, csr: 'AA==' },
    });
    await store.challenges.willPresent(next.id, challenges);
    expect(await store.challenges.leftOver(id)).toEqual([]);
    await store.orders.update(next.id, { state: 'done' });
    expect(await store.challenges.leftOver(id)).toHaveLength(3);
  });

  test('deployments of an older version that are pending are superseded, those that happened are not', async () => {
    const target = await store.targets.create({ name: 't', type: 't', config: {} });
    const { id } = await createCertificate(store, await createPolicy(store), 'www');
    const assignment = await store.assignments.create({ certificateId: id, targetId: target.id, isDefault: true });
    const versions = [await createVersion(store, id), await createVersion(store, id), await createVersion(store, id)];
    const deployments = [];
    for (const version of versions) {
      deployments.push(await store.deployments.create({ assignmentId: assignment.id, versionId: version.id }));
    }
    await store.deployments.update(deployments[0]?.id ?? '', { status: 'verified', servedSerial: '01' });
    await store.deployments.supersedeOlder(assignment.id, 3);
    const statuses = [];
    for (const deployment of deployments) statuses.push((await store.deployments.get(deployment.id)).status);
    expect(statuses).toEqual(['verified', 'superseded', 'pending']);
    expect(await store.deployments.latest(assignment.id)).toMatchObject({ id: deployments[2]?.id, status: 'pending' });
    expect(await store.deployments.latest(assignment.id)).toMatchObject({ id: deployments[2]?.id });
    const { items } = await store.assignments.list({ certificateId: id });
    expect(items).toMatchObject([{ certificate: 'www', target: 't', isDefault: true, deployment: { version: 3 } }]);
    expect((await store.assignments.list({ certificateId: id, target: 't' })).items).toEqual(items);
    expect((await store.assignments.list({ certificateId: id, target: 'other' })).items).toEqual([]);
    await expect(store.targets.delete(target.id)).rejects.toMatchObject({ code: 'in-use' });
    const twice = store.assignments.create({ certificateId: id, targetId: target.id, isDefault: false });
    await expect(twice).rejects.toMatchObject({ code: 'already-exists' });
  });

  test('what was read on a target counts no more, but for what was not read there last', async () => {
    const { id: on } = await store.targets.create({ name: 't', type: 't', config: {} });
    const { id: beside } = await store.targets.create({ name: 'beside', type: 't', config: {} });
    const policy = await createPolicy(store);
    const { id } = await createCertificate(store, policy, 'www');
    const { id: other } = await createCertificate(store, policy, 'other');
    const { id: versionId } = await createVersion(store, id);
    const deployed = async (targetId: string, certificateId: string, ...statuses: DeploymentRecord['status'][]) => {
      const { id: assignmentId } = await store.assignments.create({ certificateId, targetId, isDefault: false });
      const ids = [];
      for (const status of statuses) {
        const made = await store.deployments.create({ assignmentId, versionId });
        await store.deployments.update(made.id, { status, servedSerial: '01' });
        ids.push(made.id);
      }
      return ids;
    };
    const ids = [
      ...(await deployed(on, id, 'verified', 'verified')),
      ...(await deployed(on, other, 'verified', 'failed')),
      ...(await deployed(beside, id, 'verified')),
    ];
    expect(await store.deployments.unprove([on], 'It was disabled.')).toBe(1);
    const statuses = await Promise.all(ids.map(async each => (await store.deployments.get(each)).status));
    expect(statuses).toEqual(['verified', 'unreachable', 'verified', 'failed', 'verified']);
    expect(await store.deployments.get(ids[1] ?? '')).toMatchObject({ servedSerial: null, error: 'It was disabled.' });
    expect(await store.deployments.unprove([on], 'Again.')).toBe(0);
    expect(await store.deployments.unprove([], 'Nothing.')).toBe(0);
  });

  describe('virtual services', () => {
    const server = (address: string) => ({ address, port: 80, weight: 100, enabled: true, connectionLimit: 0 });
    const sub = { ...poolSettings, name: null, enabled: true, contentRules: [] };
    async function create(port: number, more: Partial<NewVirtualService> = {}) {
      const known = await store.loadBalancers.findDefault();
      const instances = [{ name: 'here', type: 'local' }] as const;
      const balancer = known ?? (await store.loadBalancers.create({ name: 'default', isDefault: true, instances }));
      return store.virtualServices.create({
        ...{ loadBalancerId: balancer.id, name: null, address: '192.0.2.1', port, type: 'https', enabled: true },
        ...{ ...poolSettings, redirectPort: null, http2: false, ...more },
      });
    }
    function createRule(name: string) {
      return store.contentRules.create({
        ...{ name, field: 'url', header: null, match: 'prefix', pattern: `/${name}` },
        ...{ includeHost: false, includeQuery: true, negate: false, ignoreCase: true, mustFail: false },
      });
    }

    test('are read with real servers and sub virtual services in their order', async () => {
      await createRule('api');
      await createRule('legacy');
      const settings = {
        scheduling: 'fixed-weight',
        persistence: { type: 'cookie', name: 'node', timeoutSeconds: null },
        healthCheck: { type: 'https', port: 1, path: '/x', host: null, method: 'HEAD', statuses: [401] },
        minimumServers: 2,
        unavailable: { status: 503, redirectUrl: null, page: '<p>Soon</p>' },
      } as const satisfies PoolSettings;
      const realServers = [server('10.0.0.1'), { ...server('10.0.0.2'), connectionLimit: 7 }];
      const { index } = await create(443, { name: 'shop', ...settings, realServers });
      const contentRules = ['legacy', 'default', 'api'];
      const api = await store.virtualServices.createSub(index, { ...sub, name: 'api', contentRules, realServers });
      await store.virtualServices.createSub(index, { ...sub, name: 'rest' });
      expect(await store.virtualServices.get(index)).toMatchObject({
        ...{ index, name: 'shop', loadBalancer: 'default', enabled: true, parentIndex: null, ...settings },
        http2: false,
        realServers: [
          { index: 1, address: '10.0.0.1', enabled: true },
          { index: 2, address: '10.0.0.2', connectionLimit: 7 },
        ],
        subVirtualServices: [
          { ...poolSettings, name: 'api', contentRules, parentIndex: index, realServers: [{ index: 1 }, { index: 2 }] },
          { name: 'rest', contentRules: [] },
        ],
      });
      expect(await store.virtualServices.owning(api.index)).toMatchObject({ index });
      await expect(store.virtualServices.get(api.index)).rejects.toMatchObject({ code: 'not-found' });
      expect((await store.virtualServices.list()).items).toHaveLength(1);
      expect(await store.virtualServices.ofLoadBalancer(api.loadBalancerId)).toEqual([
        await store.virtualServices.get(index),
      ]);
    });

    test('content rules are attached in order, and stay while they are', async () => {
      const { index, loadBalancerId } = await create(443);
      const rules = [await createRule('a'), await createRule('b')];
      await expect(createRule('a')).rejects.toMatchObject({ code: 'already-exists' });
      const { index: subIndex } = await store.virtualServices.createSub(index, { ...sub, contentRules: ['b', 'a'] });
      const attached = async () => (await store.virtualServices.get(index)).subVirtualServices[0]?.contentRules;
      expect(await store.contentRules.ofLoadBalancer(loadBalancerId)).toEqual(rules);
      const uses = await store.contentRules.uses(rules.map(({ id }) => id));
      expect([...uses.values()]).toEqual([
        [{ index: subIndex, loadBalancerId }],
        [{ index: subIndex, loadBalancerId }],
      ]);
      const missing = store.virtualServices.update(subIndex, { contentRules: ['a', 'c'], minimumServers: 9 });
      await expect(missing).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('"c"') });
      expect(await attached()).toEqual(['b', 'a']);
      await expect(store.contentRules.delete(rules[1] as never)).rejects.toMatchObject({ code: 'in-use' });
      await store.virtualServices.update(subIndex, { contentRules: ['a'] });
      expect(await attached()).toEqual(['a']);
      await store.contentRules.delete(rules[1] as never);
      expect((await store.contentRules.list()).items).toEqual([rules[0]]);
      await store.contentRules.update(rules[0]?.id ?? '', { pattern: '/x', mustFail: true });
      expect(await store.contentRules.byName('a')).toEqual({ ...rules[0], pattern: '/x', mustFail: true });
    });

    test('are found by address, port, type and name', async () => {
      await create(443, { name: 'shop' });
      await create(444, { type: 'http', address: '192.0.2.2' });
      const ports = async (filter: VirtualServiceFilter) =>
        (await store.virtualServices.list(filter)).items.map(({ port }) => port);
      expect(await ports({ name: 'shop' })).toEqual([443]);
      expect(await ports({ address: '192.0.2.2' })).toEqual([444]);
      expect(await ports({ type: 'http', port: 444 })).toEqual([444]);
      expect(await ports({ type: 'http', port: 443 })).toEqual([]);
    });

    test('show what is presented by their solvers, until it is cleaned', async () => {
      const { index } = await create(80);
      const { id: solverId } = await store.solvers.create({
        ...{ name: 's', type: 'virtual-service', config: { virtualService: index } },
      });
      const account = await createAccount(store);
      const { id: certificateId } = await createCertificate(store, await createPolicy(store), 'www');
      const { keyId } = await createVersion(store, certificateId);
      const order = await store.orders.create({
        certificateId,
        accountId: account.id,
        keyId,
        csr: 'AA==',
        revision: 1,
      });
      const challenge = (identifier: string, type: 'http-01' | 'dns-01') => ({
        ...{ authorizationUrl: identifier, challengeUrl: identifier, identifier, type, token: identifier, value: 'v' },
        solverId,
      });
      await store.challenges.willPresent(order.id, [challenge('a', 'http-01'), challenge('b', 'dns-01')]);
      const [presented, ...others] = await store.challenges.presentedBy([solverId]);
      expect(others).toEqual([]);
      expect(presented).toMatchObject({ certificate: 'www', identifier: 'a', token: 'a' });
      const id = presented?.id ?? 0;
      expect(await store.challenges.presentingService(1_000_000_000 + id)).toBe(index);
      await store.challenges.setState([id], 'cleaned');
      expect(await store.challenges.presentedBy([solverId])).toEqual([]);
      expect(await store.challenges.presentingService(1_000_000_000 + id)).toBeUndefined();
      await store.challenges.willPresent(order.id, [challenge('c', 'http-01')]);
      expect((await store.challenges.presentedBy([solverId]))[0]?.id).toBeGreaterThan(id);
    });

    test('real servers move together, and keep their numbers', async () => {
      const { index } = await create(443, { realServers: [server('10.0.0.1'), server('10.0.0.2')] });
      await store.realServers.delete(index, 1);
      const { index: subIndex } = await store.virtualServices.createSub(index, sub);
      await store.realServers.moveAll(index, subIndex);
      const { realServers, subVirtualServices } = await store.virtualServices.get(index);
      expect(realServers).toEqual([]);
      expect(subVirtualServices).toMatchObject([{ realServers: [{ index: 2, address: '10.0.0.2' }] }]);
    });

    test('an index is never given again', async () => {
      const first = await create(443);
      const second = await create(444);
      await store.virtualServices.delete(second.index);
      expect((await create(445)).index).toBeGreaterThan(second.index);
      expect(second.index).toBeGreaterThan(first.index);
    });

    test('two on one address and port are refused, whether created or changed to it', async () => {
      await create(443);
      await expect(create(443)).rejects.toMatchObject({
        code: 'already-exists',
        message: expect.stringContaining('443'),
      });
      const other = await create(444);
      const change = store.virtualServices.update(other.index, { port: 443 });
      await expect(change).rejects.toMatchObject({ code: 'already-exists' });
    });

    test('are deleted with all that belongs to them', async () => {
      const { index, loadBalancerId } = await create(443, { realServers: [server('10.0.0.1')] });
      await expect(store.loadBalancers.delete(loadBalancerId)).rejects.toMatchObject({ code: 'in-use' });
      const { index: subIndex } = await store.virtualServices.createSub(index, sub);
      await store.virtualServices.delete(index);
      await expect(store.virtualServices.owning(subIndex)).rejects.toMatchObject({ code: 'not-found' });
      await expect(store.realServers.delete(index, 1)).rejects.toMatchObject({ code: 'not-found' });
      await store.loadBalancers.delete(loadBalancerId);
    });

    test('real servers are added, changed and deleted one by one', async () => {
      const { index } = await create(443, { realServers: [server('10.0.0.1')] });
      expect(await store.realServers.create(index, server('10.0.0.2'))).toMatchObject({ index: 2 });
      await store.realServers.update(index, 2, { weight: 5, enabled: false });
      await store.realServers.delete(index, 1);
      const { realServers } = await store.virtualServices.get(index);
      expect(realServers).toMatchObject([{ index: 2, address: '10.0.0.2', weight: 5, enabled: false }]);
      await store.realServers.delete(index, 2);
      // Not 1 or 2: what was counted of them is not its own.
      expect(await store.realServers.create(index, server('10.0.0.3'))).toMatchObject({ index: 3 });
      const { index: subIndex } = await store.virtualServices.createSub(index, sub);
      await store.realServers.delete(index, 3);
      await store.realServers.moveAll(index, subIndex);
      expect(await store.realServers.create(subIndex, server('10.0.0.4'))).toMatchObject({ index: 4 });
      await expect(store.realServers.create(999_999, server('10.0.0.5'))).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  test('rate buckets are written and read by their directory', async () => {
    const [one, two] = ['https://one.example', 'https://two.example'];
    await store.rateBuckets.put(
      one,
      new Map([
        ['a', start + 0.5],
        ['b', 2],
      ]),
      start,
    );
    await store.rateBuckets.put(two, new Map([['a', 9]]), start);
    await store.rateBuckets.put(one, new Map([['b', 3]]), start + 1);
    expect(await store.rateBuckets.get(one, ['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', start + 0.5],
        ['b', 3],
      ]),
    );
    expect(await store.rateBuckets.read(one, ['b', 'c'])).toEqual(new Map([['b', 3]]));
    await store.rateBuckets.prune(start + 1);
    expect(await store.rateBuckets.get(one, ['a', 'b'])).toEqual(new Map([['b', 3]]));
  });

  test('what is taken from a rate bucket for the first time, by several at once, is counted for each', async () => {
    const directory = 'https://ca.example/directory';
    const take = (names: string[]) =>
      store.transaction(async tx => {
        const taken = await tx.rateBuckets.get(directory, names);
        await tx.rateBuckets.put(directory, new Map(names.map(name => [name, (taken.get(name) ?? 0) + 1])), start);
      });
    // The first rounds open the connections that the later ones need in order to meet.
    for (let round = 0; round < 5; round++) {
      const names = [`b${round}`, `a${round}`];
      await Promise.all(Array.from({ length: 8 }, () => take(names)));
      const counted = await store.rateBuckets.get(directory, [...names, 'never used']);
      expect(Object.fromEntries(counted)).toEqual({ [`a${round}`]: 8, [`b${round}`]: 8 });
    }
  });

  test('settings are JSON by name', async () => {
    await store.settings.set('a', { deep: [1, null, 'x'] });
    await store.settings.set('a', { deep: [2] });
    expect(await store.settings.get('a')).toEqual({ deep: [2] });
    await store.settings.delete('a');
    expect(await store.settings.get('a')).toBeUndefined();
  });

  test('a sealed column is never written as it is', async () => {
    const key = { purpose: 'account', custody: 'server', algorithm: 'ES256', publicKey: 'AA==', privateKey: 'plain' };
    await expect(store.keys.create(key as never)).rejects.toThrow(/sealed/);
  });
});
