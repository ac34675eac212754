import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { carries, days, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const fleet = await startFleet({ server: { concurrency: 1 } });
const { api, proxy, request, certfleet } = fleet;

afterAll(() => fleet.stop());

test('the shortest remaining life first, whatever was asked for first; what was never issued after what expires soon', async () => {
  const names = ['long', 'short', 'new'];
  await request('long');
  await request('short');
  for (const name of ['long', 'short']) await certificateBecomes(api, name, 1);

  // All three are due while nobody works; `short` has two days left.
  const { store } = certfleet.server.engine;
  const short = await store.certificates.byName('short');
  const now = Date.now();
  await certfleet.stop();
  const before = proxy.to('newOrder').length;
  await certfleet.restart();
  await certfleet.server.engine.store.certificates.update(short.id, { notAfter: now + days(2) });
  // One at a time: the first to be taken holds the others up until they are all in the queue.
  let go: () => void = () => undefined;
  const ready = new Promise<void>(resolve => {
    go = resolve;
  });
  proxy.inject('newOrder', async (_seen, forward) => {
    await ready;
    return forward();
  });
  await request('first');
  await proxy.nextRequest('newOrder').catch(() => undefined);
  await api.call(operations.certificate.renew, { params: { name: 'long' } });
  await request('new');
  await api.call(operations.certificate.renew, { params: { name: 'short' } });
  go();
  for (const name of names) await certificateBecomes(api, name, name === 'new' ? 1 : 2);

  const ordered = proxy.to('newOrder').slice(before);
  const order = ordered.flatMap(seen => names.filter(name => carries(seen, `${name}.example.com`)));
  expect(order).toEqual(['short', 'new', 'long']);
});
