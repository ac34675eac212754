import { type LoadBalancerInput, readServedCertificate } from '@certfleet/haproxy';
import { describe, expect, test } from 'vitest';
import { type LoadResult, type RunningLoad, startLoad } from '../../harness/load.js';
import { freePort } from '../../harness/ports.js';
import { issue } from './certificate.js';
import { openInstance, type Service, startRealServer } from './fixture.js';

async function startServices() {
  const instance = await openInstance();
  const ports = { http: await freePort(), https: await freePort() };
  const realServers = [{ index: 1, ...(await startRealServer()) }];
  const model = {
    virtualServices: [
      { index: 1, type: 'http', address: '127.0.0.1', port: ports.http, realServers },
      { index: 2, type: 'https', address: '127.0.0.1', port: ports.https, realServers },
    ],
  } satisfies LoadBalancerInput;
  await instance.start(model);
  return { instance, ports, model };
}

async function finish(loads: RunningLoad[]): Promise<LoadResult[]> {
  const results = await Promise.all(loads.map(load => load.stop()));
  for (const { sent, answered, failures } of results) {
    expect(failures).toEqual([]);
    expect(answered).toBe(sent);
  }
  return results;
}

const serverName = 'www.example.com';
/** Thousands of handshakes on a busy machine with two cores. */
const timeout = 240_000;

test('renewing a certificate under load: no request fails, new connections get the new certificate', {
  timeout,
}, async () => {
  const { instance, ports } = await startServices();
  const install = async (pem: string) => instance.certificates.install({ service: 2, id: 'www', pem, isDefault: true });
  const first = await issue({ names: [serverName] });
  await install(first.pem);

  const url = `https://127.0.0.1:${ports.https}/`;
  const keepAlive = startLoad({ url, serverName, concurrency: 4, mode: 'keep-alive' });
  const newConnections = startLoad({ url, serverName, concurrency: 4, mode: 'new-connection' });
  await newConnections.reached(100);
  let last = first;
  for (let renewal = 0; renewal < 10; renewal += 1) {
    last = await issue({ names: [serverName] });
    await install(last.pem);
    expect((await readServedCertificate({ address: '127.0.0.1', port: ports.https, serverName })).serialNumber).toBe(
      last.serialNumber,
    );
  }
  await Promise.all([keepAlive.reached(5000), newConnections.reached(1000)]);
  const [kept, opened] = await finish([keepAlive, newConnections]);
  expect(kept?.connections).toBe(4);
  expect(opened?.serials.get(last.serialNumber)).toBeGreaterThan(0);
});

describe('changing the structure under load', { timeout }, () => {
  test.each(['http', 'https'] as const)('%s: five reloads, no request fails', async type => {
    const { instance, ports, model } = await startServices();
    const url = `${type}://127.0.0.1:${ports[type]}/`;
    const loads = [
      startLoad({ url, concurrency: 4, mode: 'keep-alive' }),
      startLoad({ url, concurrency: 4, mode: 'new-connection' }),
    ];
    await loads[0]?.reached(200);
    for (let change = 0; change < 5; change += 1) {
      const added = { index: 10 + change, type: 'http' as const, address: '127.0.0.1', port: await freePort() };
      expect(await instance.apply({ virtualServices: [...model.virtualServices, added] })).toMatchObject({
        action: 'reloaded',
      });
    }
    await loads[0]?.reached(5000);
    await finish(loads);
  });

  test('settings of a service that is in use, and its real servers moving into a sub virtual service and back', async () => {
    const { instance, ports, model } = await startServices();
    const loads = (['keep-alive', 'new-connection'] as const).map(mode =>
      startLoad({ url: `http://127.0.0.1:${ports.http}/`, concurrency: 4, mode }),
    );
    await loads[0]?.reached(200);
    const [service, ...others]: Service[] = model.virtualServices;
    if (service === undefined) throw new Error('there are two');
    const { realServers = [] } = service;
    const contentRules: LoadBalancerInput['contentRules'] = [
      { name: 'all', field: 'url', match: 'prefix', pattern: '/' },
      { name: 'forbidden', field: 'url', match: 'prefix', pattern: '/forbidden', mustFail: true },
    ];
    const unavailable = { status: 404, page: 'x'.repeat(20_000) };
    const moved = (more: object) => ({
      realServers: [],
      unavailable,
      subVirtualServices: [{ index: 9, realServers, ...more }],
    });
    const changes: Partial<Service>[] = [
      { scheduling: 'fixed-weight', persistence: { type: 'cookie', name: 'SRV' }, unavailable },
      { persistence: { type: 'source' }, healthCheck: { type: 'http' } },
      moved({ contentRules: ['default'] }),
      moved({ contentRules: ['forbidden', 'all'], persistence: { type: 'server-cookie', name: 'SRV' } }),
      { realServers: realServers.map(server => ({ ...server, connectionLimit: 100, weight: 7 })) },
    ];
    for (const change of changes) {
      const virtualServices = [{ ...service, ...change }, ...others];
      expect(await instance.apply({ contentRules, virtualServices })).toMatchObject({ action: 'reloaded' });
    }
    await loads[0]?.reached(5000);
    await finish(loads);
  });

  test('clients that are idle while it happens don’t notice', async () => {
    const { instance, ports, model } = await startServices();
    const load = startLoad({ url: `http://127.0.0.1:${ports.http}/`, concurrency: 1, mode: 'keep-alive', pause: 50 });
    await load.reached(3);
    for (let change = 0; change < 3; change += 1) {
      const added = { index: 10 + change, type: 'http' as const, address: '127.0.0.1', port: await freePort() };
      await instance.apply({ virtualServices: [...model.virtualServices, added] });
      await load.reached(10 * (change + 1));
    }
    await finish([load]);
  });
});
