import type { HaproxyInstance } from '@certfleet/haproxy';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { openInstance, startRealServer } from './fixture.js';

interface Services {
  instance: HaproxyInstance;
  ports: { http: number; https: number; redirect: number };
}

async function startServices(): Promise<Services> {
  const instance = await openInstance();
  const ports = { http: await freePort(), https: await freePort(), redirect: await freePort() };
  const realServers = [{ index: 1, ...(await startRealServer('from the real server')) }];
  // It would take every challenge if HAProxy asked it first.
  const rule = { name: 'everything', field: 'url' as const, match: 'prefix' as const, pattern: '/.well-known' };
  const subVirtualServices = [{ index: 5, contentRules: [rule.name], realServers }];
  await instance.start({
    contentRules: [rule],
    virtualServices: [
      { index: 1, type: 'http', address: '127.0.0.1', port: ports.http, realServers, subVirtualServices },
      { index: 2, type: 'https', address: '127.0.0.1', port: ports.https, realServers },
      { index: 3, type: 'redirect', address: '127.0.0.1', port: ports.redirect },
    ],
  });
  return { instance, ports };
}

const path = (token: string) => `/.well-known/acme-challenge/${token}`;
const challenge = { token: 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA', keyAuthorization: '' };
challenge.keyAuthorization = `${challenge.token}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI`;

test('a challenge is answered by every service without a reload, and no longer after it was cleaned up', async () => {
  const { instance, ports } = await startServices();
  const before = await instance.processes();
  const ask = (port: number, token = challenge.token) =>
    fetch(`http://127.0.0.1:${port}${path(token)}`, { redirect: 'manual', headers: { host: 'www.example.com' } });

  await instance.challenges.present([challenge]);
  for (const port of [ports.http, ports.redirect]) {
    const answer = await ask(port);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(await answer.text()).toBe(challenge.keyAuthorization);
  }
  expect(await instance.challenges.list()).toEqual([challenge]);

  // An unknown token goes where it would go anyway.
  expect(await (await ask(ports.http, 'unknown')).text()).toBe('from the real server');
  const redirected = await ask(ports.redirect, 'unknown');
  expect([redirected.status, redirected.headers.get('location')]).toEqual([301, `https://127.0.0.1${path('unknown')}`]);

  await instance.challenges.cleanUp([challenge.token]);
  expect(await (await ask(ports.http)).text()).toBe('from the real server');
  expect((await ask(ports.redirect)).status).toBe(301);
  expect(await instance.challenges.list()).toEqual([]);
  expect(await instance.processes()).toEqual(before);
});

test('presenting and cleaning up twice is as good as once; a new key authorization replaces the old one', async () => {
  const { instance, ports } = await startServices();
  const ask = async () => (await fetch(`http://127.0.0.1:${ports.http}${path(challenge.token)}`)).text();
  await instance.challenges.present([challenge]);
  await instance.challenges.present([challenge, challenge]);
  const other = { ...challenge, keyAuthorization: `${challenge.token}.other` };
  await instance.challenges.present([other]);
  expect(await ask()).toBe(other.keyAuthorization);
  await instance.challenges.cleanUp([challenge.token]);
  await instance.challenges.cleanUp([challenge.token, 'never-presented']);
  expect(await ask()).toBe('from the real server');
});

test('many callers at a time, coming and going: each finds what it asked for', async () => {
  const { instance, ports } = await startServices();
  const ask = async (token: string) => (await fetch(`http://127.0.0.1:${ports.http}${path(token)}`)).text();
  const thumbprint = challenge.keyAuthorization.split('.')[1];
  const callers = Array.from({ length: 30 }, async (_, i) => {
    const own = { token: `token-${i}`, keyAuthorization: `token-${i}.${thumbprint}` };
    await instance.challenges.present([own]);
    expect(await ask(own.token)).toBe(own.keyAuthorization);
    if (i % 2 === 0) return own;
    await instance.challenges.cleanUp([own.token]);
    expect(await ask(own.token)).toBe('from the real server');
    return undefined;
  });
  const left = (await Promise.all(callers)).filter(own => own !== undefined);
  expect(await instance.challenges.list()).toEqual(expect.arrayContaining(left));
  expect(await instance.challenges.list()).toHaveLength(15);
  expect(await instance.challenges.runsAsStored()).toBe(true);
});

test('callers that want something else for the same token in one go: the last one counts', async () => {
  const { instance } = await startServices();
  const other = { ...challenge, keyAuthorization: `${challenge.token}.another-thumbprint` };
  await Promise.all([
    instance.challenges.present([challenge]),
    instance.challenges.cleanUp([challenge.token]),
    instance.challenges.present([other]),
  ]);
  expect(await instance.challenges.list()).toEqual([other]);
  expect(await instance.challenges.runsAsStored()).toBe(true);
});

test('one hundred at once', async () => {
  const { instance, ports } = await startServices();
  const many = Array.from({ length: 100 }, (_, i) => ({ token: `token${i}`, keyAuthorization: `token${i}.x` }));
  await instance.challenges.present(many);
  expect(await (await fetch(`http://127.0.0.1:${ports.http}${path('token99')}`)).text()).toBe('token99.x');
  await instance.challenges.cleanUp(many.map(({ token }) => token));
  expect(await instance.challenges.list()).toEqual([]);
});

describe('what HAProxy answers outlives', () => {
  test('a reload and a restart', async () => {
    const { instance, ports } = await startServices();
    const ask = async () => (await fetch(`http://127.0.0.1:${ports.http}${path(challenge.token)}`)).text();
    await instance.challenges.present([challenge]);
    const one = { virtualServices: [{ index: 1, type: 'http' as const, address: '127.0.0.1', port: ports.http }] };
    await instance.apply(one);
    expect(await ask()).toBe(challenge.keyAuthorization);
    await instance.stop();
    expect(await instance.start(one)).toMatchObject({ action: 'started' });
    expect(await ask()).toBe(challenge.keyAuthorization);
  });
});

test.each([
  ['a path', { token: '../x', keyAuthorization: '../x.y' }],
  ['a line', { token: 'a\nb', keyAuthorization: 'a\nb.c' }],
  ['a second command', { token: 'a;show', keyAuthorization: 'a;show.c' }],
  ['nothing', { token: '', keyAuthorization: '.c' }],
  ["another token's key authorization", { token: 'a', keyAuthorization: 'b.c' }],
  ['a line in the key authorization', { token: 'a', keyAuthorization: 'a.b\n/c d' }],
])('%s as a token is refused', async (_, hostile) => {
  const instance = await openInstance();
  await expect(instance.challenges.present([hostile])).rejects.toMatchObject({ reason: 'invalidModel' });
});
