/** Paused: nothing reaches the CA, nothing is deployed, what is asked for waits and says why; all of it goes on later. */
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { startPostgres } from '../../harness/postgres.js';
import { startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const postgres = await startPostgres();
const fleet = await startFleet({ server: { storeUrl: await postgres.createDatabase() } });
const { api, certfleet, request, served, counted } = fleet;
afterAll(async () => {
  await fleet.stop();
  await postgres.stop();
});

test('a request waits and says so, also after a restart and for a load balancer that is changed; then it is issued', async () => {
  const orders = counted('newOrder');
  await api.call(operations.system.pause, { body: { reason: 'Moving.' } });
  await request('waiting');
  const show = () => api.call(operations.certificate.show, { params: { name: 'waiting' } });
  expect((await show()).renewal?.text).toMatch(/paused since .*: Moving\. .*certfleet system resume/);
  expect((await api.call(operations.system.show, {})).paused).toMatchObject({ reason: 'Moving.' });

  await certfleet.restart();
  expect(certfleet.server.paused).toMatchObject({ by: 'user:admin', reason: 'Moving.' });
  // What a change of a virtual service needs is done all the same.
  await api.call(operations.virtualService.change, { params: { index: 2 }, body: { name: 'shop' } });
  const { store, clock } = certfleet.server.engine;
  const { id } = await store.certificates.byName('waiting');
  await expect.poll(async () => (await store.jobs.find('keep-valid', id))?.state, { timeout: 20_000 }).toBe('due');
  expect(await store.jobs.lag(clock.now(), ['apply-load-balancer', 'prune'])).toBeLessThan(60_000);
  expect(orders()).toBe(0);

  const resumed = await api.call(operations.system.resume, {});
  expect(resumed.paused).toBeNull();
  const issued = await certificateBecomes(api, 'waiting', 1);
  expect(await served('waiting.example.com')).toBe(issued.version?.serial);
  const { items } = await api.call(operations.event.list, { query: { order: 'oldest', limit: 1000 } });
  expect(items.map(({ action }) => action).filter(action => action.startsWith('system.'))).toEqual([
    'system.paused',
    'system.resumed',
  ]);
});
