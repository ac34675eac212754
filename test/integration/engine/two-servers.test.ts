/** What a second server on the same store and machine must see and must not undo. */
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { LoadBalancers } from '../../../packages/server/src/load-balancers.js';
import { startCertfleet } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';

const certfleet = await startCertfleet();
afterAll(() => certfleet.destroy());

/** The load balancers as another process has them that has not applied anything yet. */
function another(): LoadBalancers {
  return new LoadBalancers(certfleet.server.engine.store, certfleet.options.haproxy);
}

test('one that has not applied anything itself sees whether HAProxy runs', async () => {
  expect(await another().health()).toBe('unused');
  await certfleet.api.call(operations.virtualService.create, {
    body: { type: 'http', address: '127.0.0.1', port: await freePort(), realServers: [] },
  });
  expect(await another().health()).toBe('running');
  const [loadBalancer] = (await certfleet.server.engine.store.loadBalancers.list()).items;
  const [instance] = loadBalancer?.instances ?? [];
  if (!instance) throw new Error('There is no instance.');
  expect(await another().status(instance)).toBe('running');

  await certfleet.server.engine.loadBalancers.stopHaproxy();
  expect(await another().health()).toBe('stopped');
  expect(await another().status(instance)).toBe('not running');
});
