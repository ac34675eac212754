import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { type LoadBalancerInput, RuntimeSocket } from '@certfleet/haproxy';
import { expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { openInstance, startRealServer } from './fixture.js';

type Service = NonNullable<LoadBalancerInput['virtualServices']>[number];

/** A service with two real servers, and the same with one more service beside it: applying that reloads. */
async function startService(more: Partial<Service> = {}) {
  const instance = await openInstance();
  const port = await freePort();
  const realServers = [
    { index: 1, ...(await startRealServer('one')) },
    { index: 2, ...(await startRealServer('two')) },
  ];
  const service: Service = { index: 1, type: 'http', address: '127.0.0.1', port, realServers, ...more };
  await instance.start({ virtualServices: [service] });
  let added = 1;
  const reload = async (changed: Service = service) => {
    added += 1;
    const other = { index: added, type: 'http' as const, address: '127.0.0.1', port: await freePort() };
    expect(await instance.apply({ virtualServices: [changed, other] })).toMatchObject({ action: 'reloaded' });
  };
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text();
  return { instance, service, reload, ask, runtime: new RuntimeSocket(instance.paths.runtimeSocket) };
}

test('persistence survives: a client stays on its real server', async () => {
  const { reload, ask, runtime } = await startService({ persistence: { type: 'source' } });
  // A table that starts empty would give the first server to the first request.
  await runtime.run('set server pool1/rs1 state maint');
  expect(await ask()).toBe('two');
  await runtime.run('set server pool1/rs1 state ready');
  for (let round = 0; round < 3; round += 1) {
    await reload();
    expect([await ask(), await ask(), await ask()]).toEqual(['two', 'two', 'two']);
  }
});

test('what health checks found out survives: a server that is down is down from the first moment', async () => {
  const { instance, reload, runtime } = await startService();
  const states = async () => (await instance.readStatus())[0]?.realServers.map(({ state }) => state);
  // It is well, so a new worker left to itself would take it to be up; checks bring it up again in 10 s.
  await runtime.run('set server pool1/rs2 health down');
  expect(await states()).toEqual(['up', 'down']);
  await reload();
  expect(await states()).toEqual(['up', 'down']);
});

test('another weight and limit: they count from then on, and what is down stays down', async () => {
  const { instance, service, reload, runtime } = await startService();
  await runtime.run('set server pool1/rs2 health down');
  const realServers = service.realServers?.map(server => ({ ...server, weight: 17, connectionLimit: 5 }));
  await reload({ ...service, ...(realServers && { realServers }) });
  expect((await instance.readStatus())[0]?.realServers.map(({ state }) => state)).toEqual(['up', 'down']);
  for (const server of ['rs1', 'rs2'])
    expect(await runtime.ask(`get weight pool1/${server}`)).toContain('17 (initial 17)');
  // Back again: the weight of the first configuration is not remembered from anywhere.
  await reload(service);
  expect(await runtime.ask('get weight pool1/rs2')).toContain('100 (initial 100)');
  expect((await instance.readStatus())[0]?.realServers.map(({ state }) => state)).toEqual(['up', 'down']);
});

test('and it belongs to the same real server when another one becomes the heaviest', async () => {
  const { instance, service, reload, ask, runtime } = await startService({ scheduling: 'fixed-weight' });
  const [one, two] = service.realServers ?? [];
  if (!one || !two) throw new Error('there are two');
  await runtime.run('set server pool1/rs1 health down');
  expect(await ask()).toBe('two');
  const third = { index: 3, ...(await startRealServer('three')), weight: 50 };
  await reload({ ...service, realServers: [{ ...one, weight: 1 }, { ...two, weight: 200 }, third] });
  expect((await instance.readStatus())[0]?.realServers.map(({ state }) => state)).toEqual(['down', 'up', 'up']);
  expect([await ask(), await ask()]).toEqual(['two', 'two']);
});

const check = { type: 'http', path: '/' } as const;

test.each<[string, (service: Service) => Service]>([
  ['another persistence', service => ({ ...service, persistence: { type: 'cookie', name: 'SRV' } })],
  ['another check', service => ({ ...service, healthCheck: { ...check, statuses: [404] } })],
  [
    'a part that takes the real servers',
    ({ realServers = [], ...service }) => ({
      ...service,
      subVirtualServices: [{ index: 100, contentRules: ['default'], healthCheck: check, realServers }],
    }),
  ],
])('%s: no request goes to a real server that is known to be down', async (_, change) => {
  const { instance, service, reload, ask, runtime } = await startService({ healthCheck: check });
  await runtime.run('set server pool1/rs2 health down');
  await reload(change(service));
  const [status] = await instance.readStatus();
  const [pool] = status?.subVirtualServices.length ? status.subVirtualServices : [status];
  expect(pool?.realServers.map(({ state }) => state)).toEqual(['up', 'down']);
  expect([await ask(), await ask(), await ask()]).toEqual(['one', 'one', 'one']);
});

test('a changed real server starts from its configuration, not from the old state', async () => {
  const { service, reload, ask, runtime } = await startService();
  const { port } = await startRealServer('three');
  await runtime.run('set server pool1/rs2 state maint');
  await reload();
  expect(new Set([await ask(), await ask()])).toEqual(new Set(['one']));
  const [one, two] = service.realServers ?? [];
  if (!one || !two) throw new Error('there are two');
  await reload({ ...service, realServers: [one, { ...two, port }] });
  expect(new Set([await ask(), await ask()])).toEqual(new Set(['one', 'three']));
});

test('statistics survive reloads and a restart', async () => {
  const { instance, service, reload, ask } = await startService();
  const requests = async () => {
    const [service] = await instance.readStatus();
    return [service?.counters.requests, ...(service?.realServers ?? []).map(({ counters }) => counters.sessions)];
  };
  for (let i = 0; i < 4; i += 1) await ask();
  expect(await requests()).toEqual([4, 2, 2]);
  await reload();
  expect(await requests()).toEqual([4, 2, 2]);
  for (let i = 0; i < 2; i += 1) await ask();
  await reload();
  for (let i = 0; i < 2; i += 1) await ask();
  expect(await requests()).toEqual([8, 4, 4]);
  await instance.stop();
  await instance.start({ virtualServices: [service] });
  await ask();
  expect((await requests())[0]).toBe(9);
});

test('a few of many services, which are asked for by name, tell what they tell among all of them', async () => {
  const { instance, service, ask } = await startService();
  const others = Array.from({ length: 20 }, (_, i) => i + 2).map(async index => ({
    ...service,
    index,
    port: await freePort(),
    enabled: index !== 3,
  }));
  await instance.apply({ virtualServices: [service, ...(await Promise.all(others))] });
  for (let i = 0; i < 4; i += 1) await ask();
  const few = (await instance.readStatus()).slice(0, 3);
  expect(few.map(({ state, counters }) => [state, counters.requests])).toEqual([
    ['up', 4],
    ['up', 0],
    ['disabled', 0],
  ]);
  const still = ({ index, state, counters, realServers }: (typeof few)[number]) => [
    ...[index, state, counters],
    realServers.map(server => [server.state, server.counters]),
  ];
  const model = [service, { ...service, index: 2 }, { ...service, index: 3, enabled: false }].map(one => ({
    ...{ type: one.type, index: one.index, enabled: one.enabled ?? true, minimumServers: 1, subVirtualServices: [] },
    realServers: (one.realServers ?? []).map(({ index = 0 }) => ({ index, weight: 1000 })),
  }));
  expect((await instance.readStatus(model)).map(still)).toEqual(few.map(still));
});

test('what an old worker counts while it ends is not lost', async () => {
  const { instance, service, reload } = await startService();
  // Both connections are idle when the old worker becomes old; one stays so and keeps it alive.
  const [busy, idle] = [await openConnection(service.port), await openConnection(service.port)];
  await Promise.all([busy.ask(), idle.ask()]);
  await reload();
  await busy.ask();
  const requests = async () => (await instance.readStatus())[0]?.counters.requests;
  expect((await instance.processes())?.oldWorkers).toHaveLength(1);
  expect(await requests()).toBe(3);
  const now = Date.now();
  await expect.poll(() => statSync(instance.paths.statistics).mtimeMs, { timeout: 30_000 }).toBeGreaterThan(now);
  idle.close();
  await expect.poll(async () => (await instance.processes())?.oldWorkers, { timeout: 30_000 }).toEqual([]);
  expect(await requests()).toBe(3);
});

test('what is counted of services and real servers is kept while they are disabled, and forgotten when they are gone', async () => {
  const { instance, service, ask } = await startService();
  const [one, two] = service.realServers ?? [];
  if (!one || !two) throw new Error('there are two');
  const part = { index: 8, contentRules: ['nothing'], realServers: [one] };
  const rule = { name: 'nothing', field: 'url', match: 'equal', pattern: '/nothing' } as const;
  const other: Service = { ...service, index: 7, port: await freePort(), subVirtualServices: [part] };
  const apply = (...virtualServices: Service[]) => instance.apply({ contentRules: [rule], virtualServices });
  await apply(service, other);
  for (let i = 0; i < 4; i += 1) await ask();
  await fetch(`http://127.0.0.1:${other.port}/nothing`);
  await apply(service, { ...other, enabled: false });
  await apply(service, { ...other, enabled: false }, { ...service, index: 9, enabled: false });
  const requests = async () => (await instance.readStatus()).map(({ counters }) => counters.requests);
  expect(await requests()).toEqual([4, 1, 0]);
  const names = () => {
    const { past, workers } = JSON.parse(readFileSync(instance.paths.statistics, 'utf8'));
    const counted = [past, ...Object.values(workers)].flatMap(counters => Object.keys(counters));
    return new Set(counted.filter(name => /^(vs|pool)/.test(name)));
  };
  const first = ['vs1', 'pool1', 'pool1/rs1', 'pool1/rs2'];
  const second = ['vs7', 'pool7', 'pool7/rs1', 'pool7/rs2', 'pool8', 'pool8/rs1'];
  expect(names()).toEqual(new Set([...first, ...second]));

  // Old workers tell of what they serve for as long as they are there.
  const alone = async () => (await instance.processes())?.oldWorkers;
  await expect.poll(alone, { timeout: 30_000 }).toEqual([]);
  await apply({ ...service, realServers: [two] });
  await expect.poll(alone, { timeout: 30_000 }).toEqual([]);
  await apply({ ...service, realServers: [two] }, { ...service, index: 9, port: await freePort() });
  expect(names()).toEqual(new Set(['vs1', 'pool1', 'pool1/rs2']));
  expect((await instance.readStatus())[0]?.counters.requests).toBe(4);
});

async function openConnection(port: number) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return {
    async ask() {
      socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toContain('200 OK');
    },
    close: () => socket.destroy(),
  };
}
