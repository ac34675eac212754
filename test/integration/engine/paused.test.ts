/**
 * Paused: nothing reaches the CA, nothing is deployed, what is asked for waits and says why; all of it goes on later.
 */
import { release } from 'node:os';
import { operations } from '@certfleet/contract';
import { afterAll, expect, test, vi } from 'vitest';
import { startPostgres } from '../../harness/postgres.js';
import { startFleet } from './fleet.js';
import { certificateBecomes, certificateGets } from './waiting.js';

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
  expect(await api.call(operations.system.show, {})).toMatchObject({
    paused: { reason: 'Moving.' },
    versions: {
      node: process.versions.node,
      haproxy: expect.stringMatching(/^\d+\.\d+/),
      store: expect.stringMatching(/^PostgreSQL \d+(\.\d+)?$/),
      schema: 1,
      system: expect.stringContaining(release()),
    },
  });

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

test('taking a certificate off a target says at once that it waits, also if the pause comes meanwhile; then it is done', async () => {
  await request('bought');
  await certificateBecomes(api, 'bought', 1);
  const { store, clock } = certfleet.server.engine;
  const { id } = await store.certificates.byName('bought');
  const params = { name: 'bought', target: 'vs-2' };
  const unassign = () =>
    expect(api.call(operations.certificate.unassign, { params })).rejects.toThrow(
      /^Not possible .* paused since .*: Moving\. .*bought off vs-2 after .*certfleet system resume/,
    );

  // Other work on the certificate, which it waits for before it is paused.
  const kind = 'other-work';
  await store.jobs.enqueue({ kind, subject: id, lock: `certificate:${id}`, urgency: 0, runAt: 0 });
  const claim = { holder: 'me', leaseMs: 60_000, limit: 1, kinds: [kind] };
  const take = async () => (await store.jobs.claim({ ...claim, now: clock.now() }))[0];
  const work = await vi.waitUntil(take, { timeout: 20_000 });
  const { items: before } = await api.call(operations.certificate.assignments, { params: { name: 'bought' } });
  expect(before).toMatchObject([{ target: 'vs-2', toBeTakenOff: null }]);
  const answered = unassign();
  const [assignment] = await store.assignments.ofCertificate(id);
  const isAsked = async () => (await store.jobs.find('undeploy', assignment?.id ?? '')) !== undefined;
  await expect.poll(isAsked, { timeout: 20_000 }).toBe(true);
  await api.call(operations.system.pause, { body: { reason: 'Moving.' } });
  await answered;
  await store.jobs.complete(work.lease, work.job);

  await unassign();
  const { items } = await api.call(operations.certificate.assignments, { params: { name: 'bought' } });
  const toBeTakenOff = { since: expect.any(String), reason: expect.stringContaining('Moving.') };
  expect(items).toMatchObject([{ target: 'vs-2', toBeTakenOff }]);
  await api.call(operations.system.resume, {});
  await expect.poll(() => store.assignments.ofCertificate(id), { timeout: 20_000 }).toEqual([]);
});

test('what is to be taken off stays when it is assigned again', async () => {
  await request('kept');
  await certificateBecomes(api, 'kept', 1);
  await api.call(operations.system.pause, { body: { reason: 'Moving.' } });
  await expect(api.call(operations.certificate.unassign, { params: { name: 'kept', target: 'vs-2' } })).rejects.toThrow(
    'Moving.',
  );
  const body = { target: 'vs-2' };
  const kept = await api.call(operations.certificate.assign, { params: { name: 'kept' }, body });
  expect(kept).toMatchObject({ target: 'vs-2', toBeTakenOff: null });
  await api.call(operations.system.resume, {});
  await certificateGets(api, 'kept', 1);
  const again = api.call(operations.certificate.assign, { params: { name: 'kept' }, body });
  await expect(again).rejects.toThrow(/assigned to that target already/);
});
