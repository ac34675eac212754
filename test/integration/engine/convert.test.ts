/** Virtual services with traffic on them: what a conversion does to it, and what is counted of it. */
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { startCertfleet } from '../../harness/certfleet.js';
import { type RunningLoad, startLoad } from '../../harness/load.js';
import { freePort } from '../../harness/ports.js';
import { ask, startRealServer } from '../haproxy/fixture.js';

const certfleet = await startCertfleet();
const { api } = certfleet;
const { store, loadBalancers } = certfleet.server.engine;
afterAll(() => certfleet.destroy());

const ops = operations.virtualService;
const healthCheck = { type: 'tcp' } as const;

async function finish(loads: RunningLoad[]): Promise<number> {
  const results = await Promise.all(loads.map(load => load.stop()));
  for (const { sent, answered, failures } of results) {
    expect(failures).toEqual([]);
    expect(answered).toBe(sent);
  }
  return results.reduce((sum, { answered }) => sum + answered, 0);
}

async function statisticsOf(index: number) {
  const [item] = (await api.call(ops.statistics, { query: { index } })).items;
  if (!item) throw new Error(`There are no statistics of ${index}.`);
  return item;
}

test('converting a virtual service under load: no request fails, and its servers go on in the part', {
  timeout: 240_000,
}, async () => {
  const realServers = [await startRealServer('a'), await startRealServer('b'), await startRealServer('c')];
  const port = await freePort();
  const service = { address: '127.0.0.1', port, type: 'http', scheduling: 'round-robin', minimumServers: 2 } as const;
  const unavailable = { status: 503, page: '<p>Soon</p>' };
  const { index } = await api.call(ops.create, { body: { ...service, healthCheck, unavailable, realServers } });
  // The numbers are kept, with their gaps.
  await api.call(ops.deleteRealServer, { params: { index, realServer: 1 } });
  await api.call(operations.contentRule.create, { body: { name: 'c', match: 'equal', pattern: '/c' } });

  const url = `http://127.0.0.1:${port}/`;
  const loads = [
    startLoad({ url, concurrency: 4, mode: 'keep-alive' }),
    startLoad({ url, concurrency: 4, mode: 'new-connection' }),
  ];
  await Promise.all(loads.map(load => load.reached(200)));
  const converted = await api.call(ops.convert, { params: { index }, body: { name: 'all' } });
  const [sub] = converted.subVirtualServices;
  if (!sub) throw new Error('There is no sub virtual service.');
  await Promise.all(loads.map(load => load.reached(800)));
  const body = { contentRules: ['c'], realServers: [await startRealServer('other')] };
  await api.call(ops.addSub, { params: { index }, body });
  await Promise.all(loads.map(load => load.reached(1500)));
  const answered = await finish(loads);

  expect(converted).toMatchObject({ index, realServers: [], minimumServers: 2, unavailable });
  expect(sub).toMatchObject({
    ...{ name: 'all', contentRules: ['default'], scheduling: 'round-robin', minimumServers: 2, unavailable: null },
    realServers: [
      { index: 2, port: realServers[1]?.port },
      { index: 3, port: realServers[2]?.port },
    ],
  });
  expect(new Set([await ask(port), await ask(port)].map(answer => answer.body))).toEqual(new Set(['b', 'c']));
  expect((await ask(port, { path: '/c' })).body).toBe('other');
  const { traffic, state, subVirtualServices } = await statisticsOf(sub.index);
  expect(state).toBe('up');
  // Old workers may end between two looks at them; the current one has counted at least what came after the last
  // change.
  expect(traffic.requests).toBeGreaterThan(0);
  expect(traffic.requests).toBeLessThanOrEqual(answered + 3);
  const [all, other] = subVirtualServices;
  expect(all?.traffic.sessions).toBeGreaterThan(0);
  expect(other?.traffic).toMatchObject({ sessions: 1, responses2xx: 1 });

  const again = api.call(ops.convert, { params: { index }, body: {} });
  await expect(again).rejects.toMatchObject({ problem: { code: 'not-possible' } });
});

test('what is up and what is not, and what came through', { timeout: 120_000 }, async () => {
  const realServers = [
    await startRealServer('up'),
    { address: '127.0.0.1', port: await freePort() },
    { address: '127.0.0.1', port: 9, enabled: false },
  ];
  const port = await freePort();
  const service = { address: '127.0.0.1', port, type: 'http', name: 'shop' } as const;
  const { index } = await api.call(ops.create, { body: { ...service, realServers } });
  const redirect = { address: '127.0.0.1', port: await freePort(), type: 'redirect' } as const;
  const { index: redirectIndex } = await api.call(ops.create, { body: redirect });
  const off = { address: '127.0.0.1', port: await freePort(), type: 'http', enabled: false, realServers } as const;
  const { index: offIndex } = await api.call(ops.create, { body: off });
  await expect
    .poll(async () => (await statisticsOf(index)).realServers[1]?.state, { timeout: 60_000, interval: 200 })
    .toBe('down');
  for (let i = 0; i < 3; i += 1) await ask(port);
  const shop = await statisticsOf(index);
  expect(shop).toMatchObject({
    ...{ index, name: 'shop', address: '127.0.0.1', port, state: 'up', subVirtualServices: [] },
    traffic: { requests: 3, responses2xx: 3, currentSessions: 0 },
    realServers: [
      { index: 1, state: 'up', traffic: { sessions: 3 } },
      { index: 2, state: 'down', lastCheck: expect.stringMatching(/refused/i) },
      { index: 3, state: 'disabled' },
    ],
  });
  expect(shop.traffic.bytesOut).toBeGreaterThan(0);
  const { items } = await api.call(ops.statistics, {});
  const states = new Map(items.map(({ index, state }) => [index, state]));
  expect([index, redirectIndex, offIndex].map(one => states.get(one))).toEqual(['up', 'redirect', 'disabled']);
  expect(items).toHaveLength((await store.virtualServices.list({ limit: 1000 })).items.length);

  const some = await api.call(ops.statistics, { query: { indexes: `${offIndex},99999,${index}` } });
  expect(some.items.map(({ index, state }) => [index, state])).toEqual([
    [index, 'up'],
    [offIndex, 'disabled'],
  ]);

  await api.call(ops.change, { params: { index }, body: { minimumServers: 2 } });
  expect(await statisticsOf(index)).toMatchObject({ state: 'down', traffic: { requests: 3 } });
  await loadBalancers.stopHaproxy();
  expect(await statisticsOf(index)).toMatchObject({ state: 'unknown', realServers: [{ state: 'unknown' }, {}, {}] });
  expect(await statisticsOf(offIndex)).toMatchObject({ state: 'disabled' });
});
