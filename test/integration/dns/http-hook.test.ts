import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { httpHookProvider } from '../../../packages/plugins/src/dns/http-hook.js';
import { type FakeHttpHook, startHttpHook } from '../../providers/http-hook.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

describeDnsProvider(httpHookProvider, async () => {
  const hook = await startHttpHook([undefined]);
  return {
    ...hook,
    config: { endpoint: hook.url },
    zone: 'example.org',
    deeperZone: null,
    foreignZone: null,
    txt: async name => hook.txt(name),
    put: async (name, values) => {
      for (const value of values) hook.put(name, value);
    },
    wrongCredentials: null,
  };
}, ['zones', 'credentials']);

describe('an HTTP end point', () => {
  const basic = `Basic ${Buffer.from('dns:pass word').toString('base64')}`;
  let hook: FakeHttpHook;
  beforeAll(async () => {
    hook = await startHttpHook([basic, 'Bearer token-0123456789']);
  });
  afterAll(() => hook.stop());
  const io = () => providerIo({ ttl: 1 });
  const name = '_acme-challenge.example.org';
  const add = async (given: object) =>
    httpHookProvider.add({ endpoint: hook.url, ...given }, 'example.org', [{ name, values: ['v'] }], io());

  test.each([{ username: 'dns', password: 'pass word' }, { bearerToken: 'token-0123456789' }])(
    'knows who asks by %j',
    async given => {
      await add(given);
      expect(hook.txt(name)).toEqual(['v']);
    },
  );

  test.each([{}, { username: 'dns', password: 'wrong-0123' }, { bearerToken: 'wrong-0123' }])(
    'refuses %j',
    async given => {
      const message = expect.not.stringContaining('wrong-0123');
      await expect(add(given)).rejects.toMatchObject({ reason: 'credentials', message });
    },
  );

  test('is asked for one value at a time', async () => {
    let under = 0;
    let most = 0;
    const server = createServer(async (request, response) => {
      under += 1;
      most = Math.max(most, under);
      for await (const _ of request);
      await pause(10);
      under -= 1;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const records = ['a', 'b', 'c'].map(label => ({ name: `${label}.example.org`, values: ['v', 'w'] }));
    await httpHookProvider.add({ endpoint }, 'example.org', records, io());
    expect(most).toBe(1);
  });

  test.each([
    { username: 'dns' },
    { password: 'x' },
    { bearerToken: 'x', username: 'dns', password: 'x' },
    { username: 'a:b', password: 'x' },
  ])('half or double credentials are no configuration: %j', async given => {
    await expect(add(given)).rejects.toMatchObject({ reason: 'config' });
  });
});
