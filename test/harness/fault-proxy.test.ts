import { expect, onTestFinished, test } from 'vitest';
import { exchange } from './exchange.js';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';
import { answer, changeJson, dropRequest, endless, problem, stall, withoutHeader } from './faults.js';
import { startPebble } from './pebble.js';

async function start(): Promise<FaultProxy> {
  const pebble = await startPebble();
  onTestFinished(() => pebble.stop());
  const proxy = await startFaultProxy(pebble);
  onTestFinished(() => proxy.stop());
  return proxy;
}

test('Pebble behind the proxy names the proxy in its URLs, so that signed URLs are right', async () => {
  const proxy = await start();
  const get = (path: string) => exchange(`${proxy.origin}${path}`, { ca: proxy.caPem });
  const directory = JSON.parse((await get('/dir')).body);
  expect(directory.newOrder).toBe(`${proxy.origin}/order-plz`);
  expect((await get('/nonce-plz')).status).toBe(204);
  expect(proxy.seen.map(({ endpoint, method, status }) => [endpoint, method, status])).toEqual([
    ['directory', 'GET', 200],
    ['newNonce', 'GET', 204],
  ]);
});

test('each fault strikes when and as often as told', async () => {
  const proxy = await start();
  const get = () => exchange(proxy.directoryUrl, { ca: proxy.caPem, timeoutMs: 1_000 });
  proxy.inject('directory', problem(503, 'serverInternal', { retryAfter: '7' }), { after: 1, times: 2 });
  proxy.inject('directory', dropRequest);
  proxy.inject('directory', stall);
  proxy.inject('directory', answer(200, 'text/html', '<html>'));
  proxy.inject('directory', withoutHeader('cache-control'));
  const renamed = proxy.inject(
    'directory',
    changeJson(object => Object.assign(object, { extra: true })),
  );

  // The first is passed over by the fault that waits, and taken by the next one that is due.
  await expect(get()).rejects.toThrow(/socket hang up|ECONNRESET/);
  for (const _ of [1, 2]) {
    const refused = await get();
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '7']);
  }
  await expect(get()).rejects.toThrow(/no answer within 1000 ms/);
  expect((await get()).body).toBe('<html>');
  expect((await get()).headers['cache-control']).toBeUndefined();
  expect(renamed.struck).toBe(0);
  expect(JSON.parse((await get()).body).extra).toBe(true);
  expect(renamed.struck).toBe(1);
  expect((await get()).status).toBe(200);
});

test('an endless body does not end', async () => {
  const proxy = await start();
  proxy.inject('directory', endless);
  await expect(exchange(proxy.directoryUrl, { ca: proxy.caPem, timeoutMs: 300 })).rejects.toThrow(/no answer within/);
});
