/**
 * Repairs that come while a certificate is being tried, on PostgreSQL: no attempt with what was there before counts.
 */
import { operations } from '@certfleet/contract';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Orders } from '../../../packages/server/src/store/orders.js';
import { problem } from '../../harness/faults.js';
import { startPostgres } from '../../harness/postgres.js';
import { hours, startFleet } from './fleet.js';
import { certificateFails, certificateGets } from './waiting.js';

const postgres = await startPostgres();
const fleet = await startFleet({ server: { storeUrl: await postgres.createDatabase() } });
const { api, clock, request, always } = fleet;

afterAll(async () => {
  await fleet.stop();
  await postgres.stop();
});
beforeEach(() => clock.reset());
afterEach(() => vi.restoreAllMocks());

const refuse = problem(403, 'rejectedIdentifier');

const failures = async (name: string) => {
  const query = { subject: `certificate:${name}`, action: 'certificate.issuance-failed' };
  return (await api.call(operations.event.list, { query })).items.length;
};

/** Changes the policy that all have here. */
async function repair(): Promise<void> {
  const params = { name: 'default' };
  const { keyAlgorithm } = await api.call(operations.policy.show, { params });
  const body = { keyAlgorithm: keyAlgorithm === 'P-256' ? ('P-384' as const) : ('P-256' as const) };
  await api.call(operations.policy.change, { params, body });
}

test('while it is tried again after a failure', async () => {
  const refused = always('newOrder', refuse);
  await request('again', { assignments: [] });
  await certificateFails(api, 'again', 'rejectedIdentifier');
  refused.remove();
  fleet.proxy.inject('newOrder', async (...exchange) => {
    await repair();
    return refuse(...exchange);
  });
  clock.advance(hours(30));
  await certificateGets(api, 'again', 1);
  expect(await failures('again')).toBe(1);
});

test.each<[string, (name: string) => Promise<unknown>]>([
  ['what it uses was repaired', repair],
  ['it was asked for again', name => api.call(operations.certificate.renew, { params: { name } })],
])('while it is tried for the first time: %s', async (what, change) => {
  const name = what.replaceAll(' ', '-');
  fleet.proxy.inject('newOrder', async (...exchange) => {
    await change(name);
    return refuse(...exchange);
  });
  await request(name, { assignments: [] });
  const { version } = await certificateGets(api, name, 1);
  const { keyAlgorithm } = await api.call(operations.policy.show, { params: { name: 'default' } });
  expect(version?.keyAlgorithm).toBe(keyAlgorithm);
  expect(await failures(name)).toBe(0);
});

test('after it was tried, and before that is written down', async () => {
  const refused = always('newOrder', refuse);
  const active = Orders.prototype.active;
  let calls = 0;
  vi.spyOn(Orders.prototype, 'active').mockImplementation(async function (this: Orders, id) {
    calls += 1;
    // The first call looks for an order to go on with, the second one for that which has failed.
    if (calls === 2) {
      refused.remove();
      await repair();
    }
    return active.call(this, id);
  });
  await request('late', { assignments: [] });
  await certificateGets(api, 'late', 1);
  expect(calls).toBeGreaterThan(2);
  expect(await failures('late')).toBe(0);
});
