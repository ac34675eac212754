/** Virtual services with their parts, as the API changes them. */
import { randomUUID } from 'node:crypto';
import { type ContentRuleChange, operations, type VirtualServiceChange } from '@certfleet/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { negotiatedProtocol } from '../haproxy/fixture.js';
import { createAccount, createCertificate, createPolicy } from '../store/fleet.js';
import { refusal, startServices } from './services.js';

const services = await startServices();
const { api, store, create, createRule, createWithSub, configuration } = services;
afterAll(() => services.certfleet.destroy());

const ops = operations.virtualService;
const policy = await createPolicy(store, 'default', [(await createAccount(store, 'ca')).id]);

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
