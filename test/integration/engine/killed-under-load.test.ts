import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { startRealServer } from '../../demo/real-servers.js';
import { startLoad } from '../../harness/load.js';
import { startCrashingServer } from './crashing-server.js';
import { startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const fleet = await startFleet();
const { api, certfleet, httpsPort, request } = fleet;
const realServer = await startRealServer('the only one');

afterAll(async () => {
  await fleet.stop();
  await realServer.close();
});

test('killed in the middle of a renewal and started again, while HAProxy serves: no request fails', async () => {
  const body = { address: '127.0.0.1', port: realServer.port };
  await api.call(operations.virtualService.addRealServer, { params: { index: 2 }, body });
  await request('loaded');
  const before = await certificateBecomes(api, 'loaded', 1);
  await certfleet.stop();
  const [first, second] = [startCrashingServer(certfleet), startCrashingServer(certfleet)];
  await first.serve();

  const target = { url: `https://127.0.0.1:${httpsPort}/`, serverName: 'loaded.example.com', concurrency: 2 };
  const loads = [startLoad({ ...target, mode: 'keep-alive' }), startLoad({ ...target, mode: 'new-connection' })];
  await Promise.all(loads.map(load => load.reached(100)));
  const kill = fleet.proxy.nextRequest('finalize').then(() => first.kill());
  await api.call(operations.certificate.renew, { params: { name: 'loaded' } });
  await kill;
  await first.gone;
  await Promise.all(loads.map(load => load.reached(400)));
  await second.serve();
  const after = await certificateBecomes(api, 'loaded', 2);
  const results = await Promise.all(loads.map(load => load.stop()));
  second.kill();
  await second.gone;
  await certfleet.restart();

  for (const { failures } of results) expect(failures).toEqual([]);
  expect(after.version?.serial).not.toBe(before.version?.serial);
  expect(await fleet.served('loaded.example.com')).toBe(after.version?.serial);
});
