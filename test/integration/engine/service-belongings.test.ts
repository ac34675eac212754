/** The domains, solvers, targets and certificates of virtual services. */
import { randomUUID } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { redeployLost } from '../../../packages/server/src/jobs/redeploy-lost.js';
import { freePort } from '../../harness/ports.js';
import { createAccount, createCertificate, createPolicy, createVersion } from '../store/fleet.js';
import { refusal, startServices } from './services.js';

const services = await startServices();
const { api, engine, store, create } = services;
afterAll(() => services.certfleet.destroy());

const ops = operations.virtualService;
const policy = await createPolicy(store, 'default', [(await createAccount(store, 'ca')).id]);

describe('domains', () => {
  const domains = operations.domain;

  test('created in canonical form, listed with their solvers, deleted by any spelling', async () => {
    const solver = `vs-${(await create('http')).index}`;
    const body = { pattern: '.Bücher.example.', solver };
    const created = await api.call(domains.create, { body });
    expect(created).toMatchObject({ pattern: '.xn--bcher-kva.example', solver });
    expect((await api.call(domains.list, {})).items).toEqual([created]);
    expect(await refusal(api.call(domains.create, { body }))).toMatchObject({ code: 'already-exists' });
    await api.call(domains.delete, { params: { pattern: '.bücher.EXAMPLE' } });
    expect((await api.call(domains.list, {})).items).toEqual([]);
    const again = await refusal(api.call(domains.delete, { params: { pattern: '.bücher.example' } }));
    expect(again).toMatchObject({ code: 'not-found' });
    const { items } = await api.call(operations.event.list, { query: { limit: 10 } });
    const subject = 'domain:.xn--bcher-kva.example';
    expect(items.filter(event => event.subject === subject).map(({ action }) => action)).toEqual([
      'domain.deleted',
      'domain.created',
    ]);
  });

  test.each([
    ['..example.com', 'vs-1', 'invalid-input'],
    ['https://example.com', 'vs-1', 'invalid-input'],
    ['.example.com', 'nobody', 'not-found'],
  ])('%s by %s is refused', async (pattern, solver, code) => {
    expect(await refusal(api.call(domains.create, { body: { pattern, solver } }))).toMatchObject({ code });
  });

  test('a suffix proves what nothing else does', async () => {
    const solver = `vs-${(await create('http')).index}`;
    const request = (name: string) =>
      api.call(operations.certificate.request, { body: { name, identifiers: [`${name}.bound.example.com`] } });
    expect(await refusal(request('unbound'))).toMatchObject({ code: 'unprovable' });
    await api.call(domains.create, { body: { pattern: '.bound.example.com', solver } });
    await expect(request('bound')).resolves.toMatchObject({ name: 'bound' });
  });
});

describe("a solver's configuration", () => {
  const change = (name: string, config: Record<string, unknown>) =>
    api.call(operations.solver.change, { params: { name }, body: { config } });

  async function standalone(): Promise<{ name: string; id: string; port: number }> {
    const name = `s-${randomUUID()}`;
    const config = { address: '127.0.0.1', port: await freePort() };
    const { id } = await api.call(operations.solver.create, { body: { name, type: 'standalone', config } });
    return { name, id, port: config.port };
  }

  test('what is not given stays as it is', async () => {
    const { name } = await standalone();
    expect((await change(name, { port: 8081 })).config).toEqual({ address: '127.0.0.1', port: 8081 });
  });

  test('stays while it has presented something, until that is cleaned up', async () => {
    const { name, id, port } = await standalone();
    const { certificate, order } = await orderFor(`c-${randomUUID()}`);
    await store.challenges.willPresent(order.id, [
      {
        ...{ authorizationUrl: 'https://ca/a', challengeUrl: `https://ca/${id}`, type: 'http-01' },
        ...{ identifier: certificate.name, token: 'token', value: 'value', solverId: id },
      },
    ]);
    const ids = (await store.challenges.ofOrder(order.id)).map(challenge => challenge.id);
    await store.orders.update(order.id, { state: 'validating' });
    const problem = await refusal(change(name, { port: port + 1 }));
    expect(problem).toMatchObject({ code: 'in-use', detail: expect.stringContaining(certificate.name) });
    expect((await store.solvers.get(id)).config).toMatchObject({ port });
    await store.challenges.setState(ids, 'cleaned');
    await expect(change(name, { port: 8082 })).resolves.toMatchObject({ config: { port: 8082 } });
  });

  test('what a virtual service answers challenges with is seen in it, under a number of its own, and only seen', async () => {
    const { index } = await create('http');
    const { id: solverId } = await store.solvers.byName(`vs-${index}`);
    const { certificate, order } = await orderFor(`c-${randomUUID()}`);
    await store.challenges.willPresent(order.id, [
      {
        ...{ authorizationUrl: 'https://ca/a', challengeUrl: 'https://ca/seen', type: 'http-01' },
        ...{ identifier: 'www.example.com', token: 'abc', value: 'abc.def', solverId },
      },
    ]);
    const shown = await api.call(ops.show, { params: { index } });
    expect(shown.challenges).toEqual([
      {
        index: expect.any(Number),
        ...{ certificate: certificate.name, identifier: 'www.example.com' },
        path: '/.well-known/acme-challenge/abc',
        since: expect.stringMatching(/^20\d\d-/),
      },
    ]);
    const { items } = await api.call(ops.list, { query: { port: shown.port } });
    expect(items).toEqual([shown]);
    const params = { index: shown.challenges[0]?.index ?? 0 };
    expect(params.index).toBeGreaterThan(1_000_000_000);
    expect(await api.call(ops.show, { params })).toEqual(shown);
    const problems = [
      await refusal(api.call(ops.change, { params, body: { enabled: false } })),
      await refusal(api.call(ops.delete, { params })),
      await refusal(api.call(ops.addRealServer, { params, body: { address: '127.0.0.1', port: 9 } })),
      await refusal(api.call(ops.attachRule, { params, body: { rule: 'default' } })),
    ];
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['not-possible']));
    const ids = (await store.challenges.ofOrder(order.id)).map(challenge => challenge.id);
    await store.challenges.setState(ids, 'cleaned');
    expect((await api.call(ops.show, { params: { index } })).challenges).toEqual([]);
    expect(await refusal(api.call(ops.show, { params }))).toMatchObject({ code: 'not-found' });
  });

  async function orderFor(name: string) {
    const certificate = await createCertificate(store, policy, name);
    const { id: accountId } = await store.accounts.byName('ca');
    const { keyId } = await createVersion(store, certificate.id);
    const order = { certificateId: certificate.id, accountId, keyId, csr: 'AA==', revision: certificate.revision };
    return { certificate, order: await store.orders.create(order) };
  }
});

describe("a virtual service's own solver and target", () => {
  test.each([
    ['solver', operations.solver.create],
    ['target', operations.target.create],
  ] as const)('a %s of their names is refused, so that the next service can be made', async (_noun, operation) => {
    const { index } = await create('https');
    const body = { name: `vs-${index + 1}`, type: 'virtual-service', config: { virtualService: index } };
    expect(await refusal(api.call(operation, { body }))).toMatchObject({ code: 'invalid-input' });
    await expect(create('https')).resolves.toMatchObject({ index: index + 1 });
  });

  test('they can neither be changed nor deleted apart from it', async () => {
    const { index } = await create('https');
    const params = { name: `vs-${index}` };
    const config = { virtualService: 1 };
    const problems = [
      await refusal(api.call(operations.solver.change, { params, body: { config } })),
      await refusal(api.call(operations.solver.delete, { params })),
      await refusal(api.call(operations.target.delete, { params })),
    ];
    expect(problems.map(({ code }) => code)).toEqual(['not-possible', 'not-possible', 'not-possible']);
    await api.call(ops.delete, { params: { index } });
    await expect(store.solvers.findByName(params.name)).resolves.toBeUndefined();
  });

  test.each([
    ['solver', operations.solver],
    ['target', operations.target],
  ] as const)('a service stays while a %s that someone made is configured for it', async (noun, operation) => {
    const { index } = await create('https');
    const name = `front-${noun}`;
    const body = { name, type: 'virtual-service', config: { virtualService: index } };
    await api.call(operation.create, { body });
    const problem = await refusal(api.call(ops.delete, { params: { index } }));
    expect(problem).toMatchObject({ code: 'in-use', detail: expect.stringContaining(name) });
    await expect(store.solvers.findByName(`vs-${index}`)).resolves.toBeDefined();
    await api.call(operation.delete, { params: { name } });
    await api.call(ops.delete, { params: { index } });
  });
});

describe('many certificates', () => {
  async function assign(name: string, targetName: string, isDefault: boolean) {
    const certificate = (await store.certificates.findByName(name)) ?? (await createCertificate(store, policy, name));
    const target = await store.targets.byName(targetName);
    return {
      certificate,
      assignment: await store.assignments.create({
        ...{ certificateId: certificate.id, targetId: target.id, isDefault },
      }),
    };
  }

  test('a service shows each once, the default first, by whatever target, without asking for them one by one', async () => {
    const { index } = await create('https');
    const body = { name: 'beside', type: 'virtual-service', config: { virtualService: index } };
    await api.call(operations.target.create, { body });
    await assign('zulu', `vs-${index}`, false);
    await assign('alfa', 'beside', false);
    await assign('zulu', 'beside', false);
    await assign('mike', `vs-${index}`, true);
    const get = vi.spyOn(store.certificates, 'get');
    onTestFinished(() => get.mockRestore());
    expect((await api.call(ops.show, { params: { index } })).certificates).toEqual(['mike', 'alfa', 'zulu']);
    const { items } = await api.call(ops.list, { query: { limit: 1000 } });
    expect(items.find(service => service.index === index)?.certificates).toEqual(['mike', 'alfa', 'zulu']);
    expect(get).not.toHaveBeenCalled();
  });

  test('what is installed costs the look for lost ones no transaction; what is lost is deployed again', async () => {
    const { index } = await create('https');
    for (const name of ['kept', 'lost']) {
      const { certificate, assignment } = await assign(name, `vs-${index}`, false);
      const version = await createVersion(store, certificate.id);
      const { id } = await store.deployments.create({ assignmentId: assignment.id, versionId: version.id });
      await store.deployments.update(id, { status: 'verified' });
    }
    const installed = vi
      .spyOn(engine.loadBalancers, 'installedNames')
      .mockImplementation(async of => (of === index ? ['kept'] : ['zulu', 'alfa', 'mike']));
    const transaction = vi.spyOn(store, 'transaction');
    onTestFinished(() => {
      installed.mockRestore();
      transaction.mockRestore();
    });
    const balancer = await store.loadBalancers.findDefault();
    await redeployLost(engine, balancer?.id ?? '');
    expect(transaction).toHaveBeenCalledTimes(1);
    const { items } = await store.events.list({});
    expect(items.filter(({ action }) => action === 'deployment.lost').map(({ subject }) => subject)).toEqual([
      'certificate:lost',
    ]);
  });
});
