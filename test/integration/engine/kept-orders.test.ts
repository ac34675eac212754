/**
 * Which order a failing certificate goes on with: a repair is used, the next account gets its turn, nothing is issued
 * twice.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { operations } from '@certfleet/contract';
import { PluginError } from '@certfleet/plugins';
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startFaultProxy } from '../../harness/fault-proxy.js';
import { problem } from '../../harness/faults.js';
import { freePort } from '../../harness/ports.js';
import { hours, minutes, profileOf, register, startFleet } from './fleet.js';
import { certificateFails, certificateGets, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock, request, always } = fleet;
const { loadBalancers, store } = fleet.certfleet.server.engine;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());
afterEach(() => vi.restoreAllMocks());

async function policy(name: string, accounts: string[], defaultSolver = 'vs-1'): Promise<void> {
  const profile = profileOf(fleet.pebble);
  await api.call(operations.policy.create, { body: { name, accounts, defaultSolver, profile } });
}

/** A solver whose port another program has taken. */
async function blockedSolver(name: string): Promise<void> {
  const port = await freePort();
  await api.call(operations.solver.create, { body: { name, type: 'standalone', config: { port } } });
  const blocker = createServer().listen(port);
  await once(blocker, 'listening');
  expect((blocker.address() as AddressInfo).port).toBe(port);
  onTestFinished(() => void blocker.close());
}

const orders = async (name: string) => {
  const { items } = await store.orders.ofCertificate((await store.certificates.byName(name)).id);
  return items.map(({ state }) => state).reverse();
};

const issued = async (name: string) => (await certificateGets(api, name, 1)).version?.account;

test.each<[string, (name: string) => Promise<unknown>]>([
  [
    'the default solver of its policy',
    name => api.call(operations.policy.change, { params: { name }, body: { defaultSolver: 'vs-1' } }),
  ],
  [
    'the solver that its domain is bound to',
    name => api.call(operations.domain.create, { body: { pattern: `${name}.example.com`, solver: 'vs-1' } }),
  ],
])('what proves its names is another one by now, by %s: another order uses that', async (what, change) => {
  const name = what.replaceAll(' ', '-');
  await blockedSolver(name);
  await policy(name, ['pebble'], name);
  await request(name, { policy: name, assignments: [] });
  expect((await certificateFails(api, name, /port/)).issuance?.step).toBe('presenting');
  await change(name);
  await issued(name);
  expect(await orders(name)).toEqual(['abandoned', 'done']);
});

test('its account is no longer its policy’s: another order is made with one that is', async () => {
  await register(api, 'replaced', fleet.proxy);
  await policy('other-account', ['replaced']);
  const present = vi
    .spyOn(loadBalancers, 'presentChallenges')
    .mockRejectedValue(new PluginError('unavailable', 'HAProxy does not answer.'));
  await request('other-account', { policy: 'other-account', assignments: [] });
  expect((await certificateFails(api, 'other-account', 'HAProxy')).issuance?.account).toBe('replaced');
  present.mockRestore();
  await api.call(operations.policy.change, { params: { name: 'other-account' }, body: { accounts: ['pebble'] } });
  expect(await issued('other-account')).toBe('pebble');
  expect(await orders('other-account')).toEqual(['abandoned', 'done']);
});

test('what it uses was changed, but not what its order was made with: that goes on', async () => {
  await policy('same-order', ['pebble']);
  const down = always('challenge', problem(500, 'serverInternal'));
  await request('same-order', { policy: 'same-order', assignments: [] });
  await certificateFails(api, 'same-order', 'serverInternal');
  down.remove();
  await api.call(operations.policy.change, { params: { name: 'same-order' }, body: { keyAlgorithm: 'P-384' } });
  await issued('same-order');
  expect(await orders('same-order')).toEqual(['done']);
});

/** Fails until three attempts have. */
async function failThrice(name: string): Promise<void> {
  for (const [attempts, wait] of [
    [1, minutes(2)],
    [2, minutes(15)],
    [3, 0],
  ] as const) {
    await certificateIs(api, name, ({ lastError }) => lastError?.attempts === attempts);
    clock.advance(wait);
  }
}

test.each<[string, boolean]>([
  ['says that it is not', false],
  ['does not say anything', true],
])(
  'three failures of an order that the CA may be issuing for, but %s: the next account takes over',
  async (_, silent) => {
    const name = silent ? 'silent' : 'refusing';
    const second = await startFaultProxy(fleet.pebble);
    onTestFinished(() => second.stop());
    await register(api, `after-${name}`, second);
    await policy(name, ['pebble', `after-${name}`]);
    always('finalize', problem(500, 'serverInternal'));
    await request(name, { policy: name, assignments: [] });
    await certificateIs(api, name, ({ lastError }) => lastError?.attempts === 1);
    if (silent) always('order', problem(500, 'serverInternal'));
    await failThrice(name);
    expect(await orders(name)).toEqual(['failed']);
    clock.advance(hours(2.5));
    expect(await issued(name)).toBe(`after-${name}`);
    expect((await store.certificates.byName(name)).strikes).toBe(0);
  },
);

test('three failures of an order whose certificate the CA has issued: it is kept, and nothing is ordered twice', async () => {
  await register(api, 'unused', fleet.proxy);
  await policy('issued', ['pebble', 'unused']);
  const down = always('certificate', problem(500, 'serverInternal'));
  await request('issued', { policy: 'issued', assignments: [] });
  await failThrice('issued');
  down.remove();
  clock.advance(hours(2.5));
  expect(await issued('issued')).toBe('pebble');
  expect(await orders('issued')).toEqual(['done']);
});

test('a wait that the CA asked for: kept when what it uses is changed, but not by another account', async () => {
  const second = await startFaultProxy(fleet.pebble);
  onTestFinished(() => second.stop());
  await register(api, 'limited', fleet.proxy);
  await register(api, 'unlimited', second);
  await policy('limited', ['limited']);
  always('newOrder', problem(429, 'rateLimited', { retryAfter: '10800' }));
  await request('limited', { policy: 'limited', assignments: [] });
  const { renewal } = await certificateFails(api, 'limited', 'rateLimited');
  expect(renewal?.text).toMatch(/^The CA asked for a wait until /);
  expect(Date.parse(renewal?.at ?? '')).toBeGreaterThan(clock.now() + hours(2.9));
  const params = { name: 'limited' };
  await api.call(operations.policy.change, { params, body: { keyAlgorithm: 'P-384' } });
  await api.call(operations.account.rollover, { params });
  await api.call(operations.account.change, { params, body: { email: 'someone@example.com' } });
  expect((await api.call(operations.certificate.show, { params })).renewal).toEqual(renewal);
  await api.call(operations.policy.change, { params, body: { accounts: ['unlimited'] } });
  expect(await issued('limited')).toBe('unlimited');
});

test('stopped while the CA is asked whether it has issued: ends at once, and goes on with the same order', async () => {
  const { certfleet, proxy } = fleet;
  await register(api, 'unasked', proxy);
  await policy('stopped', ['pebble', 'unasked']);
  const down = always('certificate', problem(500, 'serverInternal'));
  await request('stopped', { policy: 'stopped', assignments: [] });
  for (const [attempts, wait] of [
    [1, minutes(2)],
    [2, 0],
  ] as const) {
    await certificateIs(api, 'stopped', ({ lastError }) => lastError?.attempts === attempts);
    clock.advance(wait);
  }
  let looks = 0;
  const silent = always('order', async (_, forward) => {
    looks += 1;
    return looks === 1 ? forward() : 'stall';
  });
  clock.advance(minutes(15));
  await expect.poll(() => looks, { timeout: 30_000 }).toBe(2);
  const asked = performance.now();
  await certfleet.stop();
  expect(performance.now() - asked).toBeLessThan(20_000);
  silent.remove();
  down.remove();
  await certfleet.restart();
  expect(await issued('stopped')).toBe('pebble');
  const { orders: after, certificates } = certfleet.server.engine.store;
  const { items } = await after.ofCertificate((await certificates.byName('stopped')).id);
  expect(items.map(({ state }) => state)).toEqual(['done']);
});
