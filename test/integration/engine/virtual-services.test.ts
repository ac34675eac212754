/** Virtual services, and the solvers, targets and domains that belong to them, as the API changes them. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { ApiError, type ContentRuleChange, operations, type VirtualServiceChange } from '@certfleet/contract';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DomainError } from '../../../packages/server/src/domain/errors.js';
import { redeployLost } from '../../../packages/server/src/jobs/redeploy-lost.js';
import { startCertfleet } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';
import { negotiatedProtocol } from '../haproxy/fixture.js';
import { createAccount, createCertificate, createPolicy, createVersion } from '../store/fleet.js';

const certfleet = await startCertfleet();
const { api } = certfleet;
const { engine } = certfleet.server;
const { store } = engine;
afterAll(() => certfleet.destroy());

const ops = operations.virtualService;
const policy = await createPolicy(store, 'default', [(await createAccount(store, 'ca')).id]);
const realServers = [{ address: '127.0.0.1', port: 9001 }];
const configuration = () => readFileSync(join(certfleet.options.haproxy.directory, 'local', 'haproxy.cfg'), 'utf8');

async function create(type: 'http' | 'https' | 'redirect') {
  const servers = type === 'redirect' ? [] : realServers;
  const body = { address: '127.0.0.1', port: await freePort(), type, realServers: servers };
  return api.call(ops.create, { body });
}

const createRule = (pattern: string) =>
  api.call(operations.contentRule.create, { body: { name: `r-${randomUUID()}`, match: 'prefix', pattern } });

async function createWithSub() {
  const { index, port } = await create('http');
  const contentRules = [(await createRule(`/${randomUUID()}`)).name];
  const { subVirtualServices } = await api.call(ops.addSub, { params: { index }, body: { contentRules, realServers } });
  const sub = subVirtualServices[0];
  if (!sub) throw new Error('The sub virtual service is missing.');
  return { index, port, subIndex: sub.index };
}

/** The problem that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<ApiError['problem']> {
  const error = await call.then(
    () => undefined,
    thrown => thrown,
  );
  if (error instanceof ApiError) return error.problem;
  throw new Error(`Expected a problem, got ${error ?? 'success'}`);
}

describe('an IPv6 address has one spelling, however it is sent', () => {
  const off = { type: 'http', enabled: false } as const;

  test('of virtual services: unique, found and changed', async () => {
    const port = await freePort();
    const call = (address: string) => api.call(ops.create, { body: { ...off, address, port } });
    const { index, address } = await call('2001:DB8:0:0:0:0:0:1');
    expect(address).toBe('2001:db8::1');
    for (const spelling of ['2001:db8::1', '2001:0db8::0:1'])
      expect(await refusal(call(spelling))).toMatchObject({ code: 'already-exists' });
    const { items } = await api.call(ops.list, { query: { address: '2001:db8:0::1' } });
    expect(items.map(item => item.index)).toEqual([index]);
    const moved = await api.call(ops.change, { params: { index }, body: { address: '2001:DB8::0:2' } });
    expect(moved.address).toBe('2001:db8::2');
  });

  test('of real servers', async () => {
    const body = { ...off, address: '192.0.2.1', port: await freePort() };
    const servers = [{ address: '2001:DB8::0:5', port: 80 }];
    const { index, ...created } = await api.call(ops.create, { body: { ...body, realServers: servers } });
    const params = { index };
    const added = await api.call(ops.addRealServer, { params, body: { address: '2001:db8:0::6', port: 80 } });
    const change = { params: { index, realServer: 2 }, body: { address: '2001:DB8::7' } };
    const changed = await api.call(ops.changeRealServer, change);
    const addresses = [created, added, changed].map(({ realServers }) => realServers.map(({ address }) => address));
    expect(addresses).toEqual([['2001:db8::5'], ['2001:db8::5', '2001:db8::6'], ['2001:db8::5', '2001:db8::7']]);
  });
});

describe('a change that is not for this kind of service', () => {
  test.each<[string, 'sub' | 'http' | 'redirect', VirtualServiceChange]>([
    ["a sub virtual service's port", 'sub', { port: 8080 }],
    ["a sub virtual service's address", 'sub', { address: '127.0.0.1' }],
    ["a sub virtual service's redirect port", 'sub', { redirectPort: 443 }],
    ["a sub virtual service's type", 'sub', { type: 'https' }],
    ["a sub virtual service's HTTP/2", 'sub', { http2: true }],
    ["a virtual service's content rules", 'http', { contentRules: ['default'] }],
    ["an http service's redirect port", 'http', { redirectPort: 443 }],
    ["an http service's HTTP/2", 'http', { http2: false }],
  ])('%s: refused, and nothing is changed', async (_what, kind, body) => {
    const { index, subIndex } =
      kind === 'sub' ? await createWithSub() : { index: (await create(kind)).index, subIndex: undefined };
    const before = await api.call(ops.show, { params: { index } });
    const problem = await refusal(api.call(ops.change, { params: { index: subIndex ?? index }, body }));
    expect(problem).toMatchObject({ code: 'invalid-input', errors: [{ path: Object.keys(body)[0] }] });
    expect(await api.call(ops.show, { params: { index } })).toEqual(before);
  });

  test('the socket that was refused for a sub virtual service stays free', async () => {
    const { subIndex } = await createWithSub();
    const socket = { address: '127.0.0.1', port: await freePort() };
    await refusal(api.call(ops.change, { params: { index: subIndex }, body: socket }));
    await expect(api.call(ops.create, { body: { ...socket, type: 'http' } })).resolves.toMatchObject(socket);
  });
});

describe('a change is live', () => {
  test("a sub virtual service's content rules, settings and state, by one change", async () => {
    const { subIndex } = await createWithSub();
    const rule = await createRule(`/${randomUUID()}`);
    const body = {
      contentRules: [rule.name],
      scheduling: 'url-hash',
      persistence: { type: 'cookie', name: `c-${randomUUID()}`, timeoutSeconds: 77 },
      healthCheck: { type: 'http', port: 8081, path: `/${randomUUID()}`, host: null, method: 'HEAD', statuses: [401] },
      minimumServers: 2,
      unavailable: { status: 302, redirectUrl: `https://sorry.example.com/${randomUUID()}`, page: null },
    } as const satisfies VirtualServiceChange;
    const params = { index: subIndex };
    const changed = await api.call(ops.change, { params, body: { ...body, contentRules: [rule.name] } });
    expect(changed.subVirtualServices).toMatchObject([{ ...body, enabled: true }]);
    for (const text of [rule.pattern, body.persistence.name, body.healthCheck.path, body.unavailable.redirectUrl]) {
      expect(configuration()).toContain(text);
    }
    const disabled = await api.call(ops.change, { params, body: { enabled: false } });
    expect(disabled.subVirtualServices).toMatchObject([{ ...body, enabled: false }]);
    expect(configuration()).not.toContain(rule.pattern);
    const open = await api.call(ops.change, { params, body: { contentRules: [], enabled: true } });
    expect(open.subVirtualServices).toMatchObject([{ contentRules: [], enabled: true }]);
  });

  test('content rules are attached and detached one by one, and changed wherever they are', async () => {
    const { index, subIndex } = await createWithSub();
    const rule = await createRule(`/${randomUUID()}`);
    const params = { index: subIndex };
    const { subVirtualServices } = await api.call(ops.attachRule, { params, body: { rule: rule.name, position: 1 } });
    const [first, second] = subVirtualServices[0]?.contentRules ?? [];
    expect(first).toBe(rule.name);
    expect((await api.call(operations.contentRule.show, { params: rule })).usedBy).toEqual([subIndex]);
    const pattern = `/${randomUUID()}`;
    const change = (body: ContentRuleChange) => api.call(operations.contentRule.change, { params: rule, body });
    await change({ pattern, ignoreCase: true });
    expect(configuration()).toContain(pattern);
    expect(configuration()).not.toContain(rule.pattern);
    expect(await refusal(change({ field: 'header' }))).toMatchObject({
      ...{ code: 'invalid-input', errors: [{ path: 'header' }] },
    });
    const remove = () => api.call(operations.contentRule.delete, { params: rule });
    expect(await refusal(remove())).toMatchObject({ code: 'in-use' });
    const twice = api.call(ops.attachRule, { params, body: { rule: rule.name } });
    expect(await refusal(twice)).toMatchObject({ code: 'already-exists' });
    await api.call(ops.detachRule, { params: { index: subIndex, rule: rule.name } });
    const shown = await api.call(ops.show, { params: { index } });
    expect(shown.subVirtualServices).toMatchObject([{ contentRules: [second] }]);
    const gone = api.call(ops.detachRule, { params: { index: subIndex, rule: rule.name } });
    expect(await refusal(gone)).toMatchObject({ code: 'not-found' });
    await remove();
    expect(configuration()).not.toContain(pattern);
  });

  test.each([
    ['that there is not', 'nobody', 'not-found'],
    ['twice', 'default', 'invalid-input'],
  ])('a content rule %s is refused, and nothing is changed', async (_what, rule, code) => {
    const { index, subIndex } = await createWithSub();
    const before = await api.call(ops.show, { params: { index } });
    const body = { contentRules: ['default', rule], name: 'other' };
    expect(await refusal(api.call(ops.change, { params: { index: subIndex }, body }))).toMatchObject({ code });
    expect(await api.call(ops.show, { params: { index } })).toEqual(before);
  });

  test('a type: the target comes and goes with https', async () => {
    const { index } = await create('http');
    const params = { index };
    const target = () => store.targets.findByName(`vs-${index}`);
    expect(await target()).toBeUndefined();
    const https = await api.call(ops.change, { params, body: { type: 'https' } });
    expect(https).toMatchObject({ type: 'https', http2: true });
    const { id: targetId } = (await target()) ?? { id: '' };
    const { id: certificateId } = await createCertificate(store, policy, `c-${randomUUID()}`);
    const { id } = await store.assignments.create({ certificateId, targetId, isDefault: true });
    expect(await refusal(api.call(ops.change, { params, body: { type: 'http' } }))).toMatchObject({ code: 'in-use' });
    expect(await api.call(ops.show, { params })).toMatchObject({ type: 'https' });
    await store.assignments.delete(id);
    expect(await refusal(api.call(ops.change, { params, body: { type: 'redirect' } }))).toMatchObject({
      code: 'not-possible',
    });
    await api.call(ops.deleteRealServer, { params: { index, realServer: 1 } });
    const redirect = await api.call(ops.change, { params, body: { type: 'redirect' } });
    expect(redirect).toMatchObject({ type: 'redirect', redirectPort: 443 });
    expect(await target()).toBeUndefined();
    const http = await api.call(ops.change, { params, body: { type: 'http' } });
    expect(http).toMatchObject({ type: 'http', redirectPort: null, http2: null });
  });

  test('HTTP/2: offered to clients, until it is not to be', async () => {
    const { index, port, http2 } = await create('https');
    const params = { index };
    const offered = () => negotiatedProtocol(port, ['h2', 'http/1.1']);
    expect([http2, await offered()]).toEqual([true, 'h2']);
    expect(await api.call(ops.change, { params, body: { http2: false } })).toMatchObject({ http2: false });
    expect(await offered()).toBe('http/1.1');
    expect(await api.call(ops.change, { params, body: { name: 'renamed' } })).toMatchObject({ http2: false });
    expect(await api.call(ops.change, { params, body: { http2: true } })).toMatchObject({ http2: true });
    expect(await offered()).toBe('h2');
    expect(await negotiatedProtocol(port, ['http/1.1'])).toBe('http/1.1');
    const socket = { address: '127.0.0.1', port: await freePort() };
    const without = await api.call(ops.create, { body: { ...socket, type: 'https', http2: false } });
    expect([without.http2, await negotiatedProtocol(socket.port, ['h2', 'http/1.1'])]).toEqual([false, 'http/1.1']);
  });

  test("what is kept for an API's clients changes nothing else, and stays through changes", async () => {
    const { index, subIndex } = await createWithSub();
    const before = [await api.call(ops.show, { params: { index } }), configuration()];
    await store.virtualServices.update(subIndex, { properties: { transparent: false, forceL7: true } });
    await store.realServers.update(subIndex, 1, { properties: { critical: true } });
    expect([await api.call(ops.show, { params: { index } }), configuration()]).toEqual(before);
    await api.call(ops.change, { params: { index: subIndex }, body: { name: 'renamed' } });
    await api.call(ops.changeRealServer, { params: { index: subIndex, realServer: 1 }, body: { weight: 1 } });
    const [sub] = (await store.virtualServices.get(index)).subVirtualServices;
    expect(sub?.properties).toEqual({ transparent: false, forceL7: true });
    expect(sub?.realServers).toMatchObject([{ weight: 1, properties: { critical: true } }]);
  });

  test('a sub virtual service is deleted by its index', async () => {
    const { index, subIndex } = await createWithSub();
    await api.call(ops.delete, { params: { index: subIndex } });
    expect(await api.call(ops.show, { params: { index } })).toMatchObject({ index, subVirtualServices: [] });
  });

  test("a redirect's port", async () => {
    const { index } = await create('redirect');
    const changed = await api.call(ops.change, { params: { index }, body: { redirectPort: 44_321 } });
    expect(changed.redirectPort).toBe(44_321);
    expect(configuration()).toContain('44321');
  });

  test("a real server's weight and state, under the same number", async () => {
    const { index } = await create('http');
    const params = { index, realServer: 1 };
    const { realServers } = await api.call(ops.changeRealServer, { params, body: { weight: 37 } });
    const server = { index: 1, address: '127.0.0.1', port: 9001, enabled: true, connectionLimit: 0 };
    expect(realServers).toEqual([{ ...server, weight: 37 }]);
    expect(configuration()).toMatch(/127\.0\.0\.1:9001 .*weight 37\b/);
    const off = await api.call(ops.changeRealServer, { params, body: { enabled: false } });
    expect(off.realServers).toMatchObject([{ index: 1, weight: 37, enabled: false }]);
    const place = { address: '127.0.0.2', port: 9002, connectionLimit: 5 };
    const moved = await api.call(ops.changeRealServer, { params, body: place });
    expect(moved.realServers).toMatchObject([{ index: 1, ...place, weight: 37 }]);
    expect(configuration()).toMatch(/127\.0\.0\.2:9002 .*maxconn 5\b/);
    expect(await refusal(api.call(ops.changeRealServer, { params: { index, realServer: 9 }, body: {} }))).toMatchObject(
      { code: 'not-found' },
    );
  });

  test("a sub virtual service's real server", async () => {
    const { subIndex } = await createWithSub();
    const params = { index: subIndex, realServer: 1 };
    const { subVirtualServices } = await api.call(ops.changeRealServer, { params, body: { weight: 5 } });
    expect(subVirtualServices).toMatchObject([{ realServers: [{ index: 1, weight: 5 }] }]);
  });
});

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

test('changes that come together: the one that HAProxy refuses does not cost the others', async () => {
  const [first, changed, extended, deleted] = [
    await create('http'),
    await create('http'),
    await create('http'),
    await create('http'),
  ];
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;

  const run = vi.spyOn(engine.loadBalancers.changes, 'run');
  const apply = vi.spyOn(engine.loadBalancers, 'apply');
  onTestFinished(() => {
    run.mockRestore();
    apply.mockRestore();
  });
  const change = (index: number) => api.call(ops.change, { params: { index }, body: { scheduling: 'url-hash' } });
  const begun = new Promise<() => void>(begin => {
    apply.mockImplementationOnce(() => new Promise(goOn => begin(goOn)));
  });
  const before = change(first.index);
  const goOn = await begun;
  const together = [
    refusal(api.call(ops.create, { body: { address: '127.0.0.1', port, type: 'http' } })),
    change(changed.index),
    api.call(ops.addRealServer, { params: { index: extended.index }, body: { address: '127.0.0.1', port: 9002 } }),
    api.call(ops.delete, { params: { index: deleted.index } }),
  ] as const;
  await expect.poll(() => run.mock.calls.length, { timeout: 30_000 }).toBe(1 + together.length);
  goOn();
  await before;
  const [problem, ...others] = await Promise.all(together);
  expect(problem.code).toBe('port-in-use');
  expect(others.slice(0, 2)).toMatchObject([
    { index: changed.index, scheduling: 'url-hash' },
    { index: extended.index, realServers: [{}, { port: 9002 }] },
  ]);
  expect(await store.virtualServices.find(deleted.index)).toBeUndefined();
  expect(configuration()).not.toContain(`frontend vs${deleted.index}\n`);
  const { scheduling } = await store.virtualServices.get(changed.index);
  expect({ scheduling, live: configuration().match(/balance uri/g) }).toMatchObject({ scheduling: 'url-hash' });
  expect(configuration()).not.toContain(`:${port}\n`);
});

test('deleted while HAProxy can not be changed: it is deleted, and HAProxy follows', async () => {
  const { index, port } = await create('http');
  const apply = vi.spyOn(engine.loadBalancers, 'apply');
  onTestFinished(() => apply.mockRestore());
  apply.mockRejectedValueOnce(new DomainError('haproxy-unavailable', 'HAProxy does not answer.'));
  await api.call(ops.delete, { params: { index } });
  expect(await store.virtualServices.find(index)).toBeUndefined();
  const { items } = await store.events.list({ subject: `virtual-service:${index}`, limit: 1 });
  expect(items[0]).toMatchObject({
    outcome: 'succeeded',
    message: `Virtual service ${index}, http on 127.0.0.1:${port} was deleted in the store. HAProxy goes on as before until it can be changed: HAProxy does not answer.`,
  });
});

describe('what a service answers when no real server can', () => {
  const away = { status: 302, redirectUrl: 'https://status.example.com/', page: null };
  const gone = { status: 404, redirectUrl: null, page: '<p>Gone</p>' };
  const plain = (status: number) => ({ status, redirectUrl: null, page: null });

  test.each([
    ['redirect', gone, 'unavailable.status'],
    ['redirect', plain(503), 'unavailable.status'],
    ['redirect', away, 'unavailable.redirectUrl'],
    ['redirect', { ...plain(302), page: 'x' }, 'unavailable.page'],
    ['http', plain(302), 'unavailable.redirectUrl'],
  ] as const)('a %s service can not give every answer: %j', async (type, unavailable, path) => {
    const { index } = await create(type);
    const body = { address: '127.0.0.1', port: await freePort(), type, unavailable };
    const problems = [await refusal(api.call(ops.create, { body })), await refusal(change(index, { unavailable }))];
    const { subVirtualServices } = await store.virtualServices.get(index);
    if (type === 'http') {
      problems.push(await refusal(api.call(ops.addSub, { params: { index }, body: { unavailable } })));
      problems.push(await refusal(change((await createWithSub()).subIndex, { unavailable })));
    }
    for (const problem of problems) expect(problem).toMatchObject({ code: 'invalid-input', errors: [{ path }] });
    const after = await store.virtualServices.get(index);
    expect(after).toMatchObject({ unavailable: null, subVirtualServices });
  });

  test('is forgotten when another kind of service can not give it, and kept otherwise', async () => {
    const { index } = await create('redirect');
    expect(await change(index, { unavailable: plain(307) })).toMatchObject({ unavailable: plain(307) });
    expect(await change(index, { type: 'http' })).toMatchObject({ type: 'http', unavailable: null });
    expect(await change(index, { unavailable: gone })).toMatchObject({ unavailable: gone });
    expect(await change(index, { type: 'https' })).toMatchObject({ unavailable: gone });
    expect(await change(index, { type: 'redirect' })).toMatchObject({ type: 'redirect', unavailable: null });
    expect(await change(index, { type: 'http', unavailable: away })).toMatchObject({ unavailable: away });
  });

  const change = (index: number, body: VirtualServiceChange) => api.call(ops.change, { params: { index }, body });
});

test('a virtual service that is disabled proves no name', async () => {
  const { index } = await create('http');
  const present = () => engine.loadBalancers.presentChallenges(index, []);
  await present();
  await api.call(ops.change, { params: { index }, body: { enabled: false } });
  await expect(present()).rejects.toMatchObject({
    reason: 'config',
    message: `Virtual service ${index} is disabled, so it can't answer a challenge. Enable it, or prove the name by another solver.`,
  });
});

test('one content rule more than there may be is refused, and what there is can be read', {
  timeout: 120_000,
}, async () => {
  const { subIndex } = await createWithSub();
  const rules = await Promise.all(Array.from({ length: 101 }, (_, i) => createRule(`/${i}`)));
  const [last, ...contentRules] = rules.map(({ name }) => name);
  await api.call(ops.change, { params: { index: subIndex }, body: { contentRules } });
  const attach = api.call(ops.attachRule, { params: { index: subIndex }, body: { rule: last ?? '' } });
  expect(await refusal(attach)).toMatchObject({ code: 'not-possible', detail: expect.stringContaining('100') });
  const { subVirtualServices } = await api.call(ops.show, { params: { index: subIndex } });
  expect(subVirtualServices[0]?.contentRules).toHaveLength(100);
});
