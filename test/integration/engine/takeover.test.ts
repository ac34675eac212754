/** Row 40: two servers on one PostgreSQL. One of them dies in the middle of an order; the other finishes that order. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { startPostgres } from '../../harness/postgres.js';
import { startCrashingServer } from './crashing-server.js';
import { minutes, startFleet } from './fleet.js';
import { certificateBecomes, certificateIs } from './waiting.js';

const postgres = await startPostgres();
const fleet = await startFleet({ server: { storeUrl: await postgres.createDatabase() } });
const { api, certfleet, clock, request, served, challenges, counted } = fleet;

afterAll(async () => {
  await fleet.stop();
  await postgres.stop();
});
beforeEach(() => clock.reset());

test('40. the holder of a lease is killed: left alone while the lease lasts, then taken over, with the same order', async () => {
  const [orders, finalizations] = [counted('newOrder', 'heir.example.com'), counted('finalize', 'heir.example.com')];
  const child = startCrashingServer(certfleet);
  onTestFinished(() => child.kill());
  await certfleet.stop();
  await child.serve();
  const stepsUntilItPresents = 12;
  await child.dieAt(stepsUntilItPresents);
  await request('heir').catch(error => expect(child.isGone, String(error)).toBe(true));
  await child.gone;
  expect(orders()).toBe(1);

  await certfleet.restart();
  clock.advance(minutes(0.5));
  const { store } = certfleet.server.engine;
  const { id } = await store.certificates.byName('heir');
  const job = () => store.jobs.find('keep-valid', id);
  const left = await certificateIs(api, 'heir', ({ issuance }) => issuance !== null);
  expect(left.version).toBeNull();
  expect((await job())?.state).toBe('running');

  clock.advance(minutes(1));
  const issued = await certificateBecomes(api, 'heir', 1);
  expect(await served('heir.example.com')).toBe(issued.version?.serial);
  expect([orders(), finalizations()]).toEqual([1, 1]);
  await expect.poll(challenges, { timeout: 30_000 }).toEqual([]);
});

test('two servers at work: each certificate is ordered once', async () => {
  const child = startCrashingServer(certfleet, await freePort());
  onTestFinished(() => child.kill());
  await child.serve();
  const names = Array.from({ length: 8 }, (_, index) => `shared-${index}`);
  const orders = names.map(name => counted('newOrder', `${name}.example.com`));
  for (const name of names) await request(name);
  for (const name of names) await certificateBecomes(api, name, 1);
  expect(orders.map(count => count())).toEqual(names.map(() => 1));
  const { items } = await api.call(operations.certificate.list, { query: { limit: 100 } });
  expect(items.filter(({ status }) => status !== 'valid')).toEqual([]);
});
