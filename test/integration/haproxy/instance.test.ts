import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { checkLoadBalancer, HaproxyInstance, type LoadBalancerInput } from '@certfleet/haproxy';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { createWorkdir } from '../../harness/workdir.js';
import { issue } from './certificate.js';
import { openInstance, startRealServer } from './fixture.js';

/** One http service in front of a real server, on a free port. */
async function oneService(answer = 'ok'): Promise<{ url: string; model: LoadBalancerInput }> {
  const port = await freePort();
  const realServers = [{ index: 1, ...(await startRealServer(answer)) }];
  const model: LoadBalancerInput = {
    virtualServices: [{ index: 1, type: 'http', address: '127.0.0.1', port, realServers }],
  };
  return { url: `http://127.0.0.1:${port}/`, model };
}

const text = async (url: string) => (await fetch(url)).text();

test('starts HAProxy, serves, and leaves it alone when nothing changed', async () => {
  const instance = await openInstance();
  const { url, model } = await oneService();
  const started = await instance.start(model);
  expect(started).toMatchObject({ action: 'started', adopted: false });
  expect(await text(url)).toBe('ok');
  expect(await instance.runningConfiguration()).toBe(started.configurationHash);

  const before = await instance.processes();
  expect(await instance.apply(model)).toMatchObject({ action: 'unchanged' });
  expect(await instance.processes()).toEqual(before);
});

test('many changes at once are one reload, and all are answered', async () => {
  const instance = await openInstance();
  const { model } = await oneService();
  await instance.start(model);
  const reloads = async () => (await instance.processes())?.reloads ?? 0;
  const before = await reloads();
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  const virtualServices = [...(model.virtualServices ?? [])];
  const applied = await Promise.all(
    ports.map((port, i) => {
      virtualServices.push({ index: 10 + i, type: 'http', address: '127.0.0.1', port });
      return instance.apply({ virtualServices: [...virtualServices] });
    }),
  );
  expect(await reloads()).toBe(before + 1);
  expect(new Set(applied.map(({ configurationHash }) => configurationHash)).size).toBe(1);
  expect((await fetch(`http://127.0.0.1:${ports[19]}/`)).status).toBe(503);
});

test('another process that opens the folder adopts what runs, and brings it to the stored state', async () => {
  const first = await openInstance();
  const { url, model } = await oneService();
  await first.start(model);
  const before = await first.processes();

  const second = await openInstance(first.paths.directory);
  expect(await second.start(model)).toMatchObject({ action: 'unchanged', adopted: true });
  expect(await second.processes()).toEqual(before);

  const port = await freePort();
  const more = [...(model.virtualServices ?? []), { index: 2, type: 'http' as const, address: '127.0.0.1', port }];
  expect(await second.start({ virtualServices: more })).toMatchObject({ action: 'reloaded', adopted: true });
  expect((await second.processes())?.master.pid).toBe(before?.master.pid);
  expect(await text(url)).toBe('ok');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
});

test('what waited for another process applies what is stored then, not what was stored when it was asked', async () => {
  const first = await openInstance();
  const { model } = await oneService();
  await first.start(model);
  let stored = model;
  const read = async () => stored;
  const second = await openInstance(first.paths.directory);
  await second.start(read);

  const more: LoadBalancerInput = {
    virtualServices: [
      ...(model.virtualServices ?? []),
      { index: 2, type: 'http', address: '127.0.0.1', port: await freePort() },
    ],
  };
  // The first one holds the lock while it reads; the second one is asked then, and what is stored changes after that.
  let late: ReturnType<HaproxyInstance['apply']> | undefined;
  const { configurationHash } = await first.apply(async () => {
    late = second.apply(read);
    await new Promise(resolve => setImmediate(resolve));
    stored = more;
    return more;
  });
  expect(await late).toMatchObject({ action: 'unchanged', configurationHash });
  expect(await second.runningConfiguration()).toBe(configurationHash);
});

test('stored virtual services that cannot be read leave what runs, and the next call works', async () => {
  const instance = await openInstance();
  const { url, model } = await oneService();
  await instance.start(model);
  await expect(instance.apply(() => Promise.reject(new Error('the store is away')))).rejects.toThrow('store is away');
  expect(await text(url)).toBe('ok');
  expect(await instance.apply(model)).toMatchObject({ action: 'unchanged' });
});

test('killed after the file was replaced, before the reload: the next start loads it', async () => {
  const instance = await openInstance();
  const { model } = await oneService();
  const { configurationHash } = await instance.start(model);
  const file = readFileSync(instance.paths.configuration, 'utf8');
  const changed = {
    virtualServices: [
      ...(model.virtualServices ?? []),
      { index: 2, type: 'http' as const, address: '127.0.0.1', port: await freePort() },
    ],
  };
  await instance.apply(changed);
  writeFileSync(instance.paths.configuration, file);
  const unfinished = `${instance.paths.configuration}.${randomUUID()}.tmp`;
  writeFileSync(unfinished, 'half of a conf');
  expect(await instance.start(model)).toMatchObject({ action: 'reloaded', configurationHash });
  expect(await instance.runningConfiguration()).toBe(configurationHash);
  expect(existsSync(unfinished)).toBe(false);
});

test('status of services and real servers', async () => {
  const instance = await openInstance();
  const alive = await startRealServer();
  const dead = { address: '127.0.0.1', port: await freePort() };
  const service = async (index: number, realServers: object[], more = {}) => ({
    index,
    type: 'http' as const,
    address: '127.0.0.1',
    port: await freePort(),
    realServers: realServers.map((server, i) => ({ index: i + 1, ...server })) as never,
    ...more,
  });
  await instance.start({
    virtualServices: [
      await service(1, [alive, dead, { ...alive, enabled: false }]),
      await service(2, [alive], { enabled: false }),
      await service(3, [], { type: 'redirect' }),
      await service(4, [alive], { healthCheck: { type: 'none' } }),
      await service(5, [], { subVirtualServices: [{ index: 6, realServers: [{ index: 1, ...alive }] }] }),
      await service(7, []),
    ],
  });
  await expect
    .poll(
      async () =>
        (await instance.readStatus()).map(({ state, realServers }) => [state, ...realServers.map(({ state: s }) => s)]),
      {
        timeout: 40_000,
      },
    )
    .toEqual([
      ['up', 'up', 'down', 'disabled'],
      ['disabled', 'disabled'],
      ['redirect'],
      ['up', 'unchecked'],
      ['up'],
      ['down'],
    ]);
  const [first] = await instance.readStatus();
  expect(first?.realServers[1]?.lastCheck).toContain('refused');
});

test('status is told of the services that are asked for, whoever applied them', async () => {
  const { url, model } = await oneService();
  const instance = await openInstance();
  await instance.start({});
  const other = await openInstance(instance.paths.directory);
  await other.apply(model);
  await text(url);
  expect(await instance.readStatus()).toEqual([]);
  const { virtualServices } = checkLoadBalancer(model);
  expect(await instance.readStatus(virtualServices)).toMatchObject([{ index: 1, counters: { requests: 1 } }]);
});

test('files of HTTPS services cost an apply nothing unless they are new', async () => {
  const instance = await openInstance();
  const https = async (index: number, more = {}) => {
    const address = { address: '127.0.0.1', port: await freePort() };
    return { index, type: 'https' as const, ...address, ...more };
  };
  const first = await https(1);
  await instance.start({ virtualServices: [first] });
  const prepare = vi.spyOn(instance.certificates, 'prepare');
  expect(await instance.apply({ virtualServices: [first] })).toMatchObject({ action: 'unchanged' });
  expect(prepare).not.toHaveBeenCalled();
  const [second, disabled] = [await https(2), await https(3, { enabled: false })];
  expect(await instance.apply({ virtualServices: [first, second, disabled] })).toMatchObject({ action: 'reloaded' });
  expect(prepare.mock.calls).toEqual([[2], [3]]);
  // One that only its files know so far: it takes certificates before it is enabled.
  expect(
    await instance.apply({ virtualServices: [first, second, disabled, await https(4, { enabled: false })] }),
  ).toEqual(expect.objectContaining({ action: 'unchanged' }));
  expect(await instance.certificates.list(4)).toEqual([]);
  const { pem } = await issue({ names: ['www.example.com'] });
  await instance.certificates.install({ service: 4, id: 'www', pem });
  prepare.mockClear();
  await instance.start({ virtualServices: [first, second] });
  expect(prepare.mock.calls.flat()).toEqual(expect.arrayContaining([1, 2]));
});

describe('what goes wrong changes nothing and says why', () => {
  async function occupied(host = '127.0.0.1', port = 0): Promise<number> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(port, host, resolve));
    onTestFinished(() => new Promise<void>(resolve => server.close(() => resolve())));
    return (server.address() as { port: number }).port;
  }

  test('a port in use at the start', async () => {
    const instance = await openInstance();
    const port = await occupied();
    const start = instance.start({ virtualServices: [{ index: 1, type: 'http', address: '127.0.0.1', port }] });
    await expect(start).rejects.toMatchObject({ reason: 'portInUse', message: expect.stringContaining(String(port)) });
    expect(await instance.processes()).toBeUndefined();
  });

  test('a port in use later', async () => {
    const instance = await openInstance();
    const { url, model } = await oneService();
    await instance.start(model);
    const before = await instance.processes();
    const service = { index: 2, type: 'http' as const, address: '127.0.0.1', port: await occupied() };
    const apply = instance.apply({ virtualServices: [...(model.virtualServices ?? []), service] });
    await expect(apply).rejects.toMatchObject({ reason: 'portInUse', message: expect.stringContaining('service 2') });
    expect(await instance.processes()).toEqual(before);
    expect(await text(url)).toBe('ok');
    expect(await instance.apply(model)).toMatchObject({ action: 'unchanged' });
  });

  test('an address that is found taken only by the reload: the old configuration is back', async () => {
    const instance = await openInstance();
    const { url, model } = await oneService();
    const { configurationHash } = await instance.start(model);
    const file = readFileSync(instance.paths.configuration, 'utf8');
    // Our own listener on 127.0.0.1 hides from the probe that another process has 127.0.0.2.
    const port = Number(new URL(url).port);
    await occupied('127.0.0.2', port);
    const service = { index: 2, type: 'http' as const, address: '0.0.0.0', port };
    const apply = instance.apply({ virtualServices: [...(model.virtualServices ?? []), service] });
    await expect(apply).rejects.toMatchObject({ reason: 'portInUse', detail: expect.stringContaining('in use') });
    expect(readFileSync(instance.paths.configuration, 'utf8')).toBe(file);
    expect(await instance.runningConfiguration()).toBe(configurationHash);
    expect(await text(url)).toBe('ok');
    expect(await instance.apply(model)).toMatchObject({ action: 'unchanged' });
  });

  test('a configuration that HAProxy refuses', async () => {
    const instance = await openInstance();
    const { url, model } = await oneService();
    const { configurationHash } = await instance.start(model);
    const [service] = model.virtualServices ?? [];
    if (service === undefined) throw new Error('there is one');
    const contentRules = [{ name: 'half', field: 'url' as const, match: 'regex' as const, pattern: '(' }];
    const subVirtualServices = [{ index: 9, contentRules: ['half'] }];
    const apply = instance.apply({ contentRules, virtualServices: [{ ...service, subVirtualServices }] });
    await expect(apply).rejects.toMatchObject({ reason: 'refused', detail: expect.stringMatching(/regex/) });
    expect(await instance.runningConfiguration()).toBe(configurationHash);
    expect(await text(url)).toBe('ok');
  });

  test('a lock that could not be had does not stand in the way of later calls', async () => {
    const instance = await openInstance();
    const { model } = await oneService();
    await instance.start(model);
    const { directory } = instance.paths;
    const challenge = { token: 'a', keyAuthorization: 'a.b' };
    renameSync(directory, `${directory}-away`);
    await expect(instance.apply(model)).rejects.toThrow('ENOENT');
    await expect(instance.challenges.present([challenge])).rejects.toThrow('ENOENT');
    renameSync(`${directory}-away`, directory);
    expect(await instance.apply(model)).toMatchObject({ action: 'unchanged' });
    await instance.challenges.present([challenge]);
    expect(await instance.challenges.list()).toEqual([challenge]);
  });

  test('an address that this machine does not have', async () => {
    const instance = await openInstance();
    await instance.start({});
    const apply = instance.apply({ virtualServices: [{ index: 1, type: 'http', address: '192.0.2.1', port: 80 }] });
    await expect(apply).rejects.toMatchObject({ reason: 'refused', message: expect.stringContaining('192.0.2.1') });
  });

  test.each([
    ['HAProxy is missing', undefined, 'notInstalled', /apt install haproxy/],
    ['HAProxy is too old', 'HA-Proxy version 2.4.22 2023/02/14', 'tooOld', /2\.6 or later/],
    ['something else has that name', 'hello', 'notInstalled', /not HAProxy/],
  ])('%s', async (_, says, reason, message) => {
    const workdir = createWorkdir('haproxy');
    const binary = workdir.file('fake');
    if (says !== undefined) {
      writeFileSync(binary, `#!/bin/sh\necho '${says}'\n`);
      chmodSync(binary, 0o755);
    }
    const instance = await HaproxyInstance.open({ directory: workdir.path, binary });
    await expect(instance.start({})).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
  });
});
