import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HandshakeRequest,
  type LoadBalancerInput,
  RuntimeSocket,
  readServedCertificate,
} from '@certfleet/haproxy';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { generateKeys, issue } from './certificate.js';
import { openInstance } from './fixture.js';

const SERVICE = 2;

async function startHttps() {
  const instance = await openInstance();
  const port = await freePort();
  const model: LoadBalancerInput = {
    virtualServices: [{ index: SERVICE, type: 'https', address: '0.0.0.0', port }],
  };
  await instance.start(model);
  const served = async (request: Omit<HandshakeRequest, 'address' | 'port'> = {}) =>
    readServedCertificate({ address: '0.0.0.0', port, ...request });
  const serial = async (serverName?: string, keyType?: 'ec' | 'rsa') =>
    (await served({ ...(serverName ? { serverName } : {}), ...(keyType ? { keyType } : {}) })).serialNumber;
  const install = (id: string, { pem }: { pem: string }, more = {}) =>
    instance.certificates.install({ service: SERVICE, id, pem, ...more });
  const folder = join(instance.paths.certificates, String(SERVICE));
  return { instance, model, served, serial, install, folder, runtime: new RuntimeSocket(instance.paths.runtimeSocket) };
}

test('a placeholder stands in until there is a certificate', async () => {
  const { served, serial, install } = await startHttps();
  expect((await served()).leaf.subject).toBe('CN=Certfleet placeholder');
  const www = await issue({ names: ['www.example.com'] });
  await install('www', www);
  expect(await serial('www.example.com')).toBe(www.serialNumber);
  // Others still get the placeholder: nobody made this one the default.
  expect((await served({ serverName: 'other.example.com' })).leaf.subject).toBe('CN=Certfleet placeholder');
});

test('many certificates by SNI, RSA beside EC for one name, a default; none of it reloads', async () => {
  const { instance, serial, install } = await startHttps();
  const before = await instance.processes();
  const www = {
    ec: await issue({ names: ['www.example.com'] }),
    rsa: await issue({ names: ['www.example.com'], keyType: 'rsa' }),
  };
  const wildcard = await issue({ names: ['*.example.org', 'example.org'] });
  const other = await issue({ names: ['other.example.net'] });
  await install('www-ec', www.ec);
  await install('www-rsa', www.rsa);
  await install('wildcard', wildcard, { isDefault: true });
  await install('other', other, { serverNames: ['elsewhere.example.net', '*.elsewhere.example.net'] });

  expect(await serial('www.example.com', 'ec')).toBe(www.ec.serialNumber);
  expect(await serial('www.example.com', 'rsa')).toBe(www.rsa.serialNumber);
  expect(await serial('a.example.org')).toBe(wildcard.serialNumber);
  expect(await serial()).toBe(wildcard.serialNumber);
  expect(await serial('unknown.example.com')).toBe(wildcard.serialNumber);
  expect(await serial('a.elsewhere.example.net')).toBe(other.serialNumber);
  expect(await serial('other.example.net')).toBe(wildcard.serialNumber);

  const { serialNumber, pem } = await issue({ names: ['*.example.org'] });
  await install('wildcard', { pem });
  expect(await serial('a.example.org')).toBe(serialNumber);
  // A renewal of the default certificate is the default too.
  expect(await serial()).toBe(serialNumber);
  expect(await instance.processes()).toEqual(before);
  expect(await instance.certificates.list(SERVICE)).toEqual([
    { id: 'www-rsa', serverNames: [], isDefault: false },
    { id: 'www-ec', serverNames: [], isDefault: false },
    { id: 'wildcard', serverNames: [], isDefault: true },
    { id: 'other', serverNames: ['elsewhere.example.net', '*.elsewhere.example.net'], isDefault: false },
  ]);

  await instance.certificates.remove(SERVICE, 'www-ec');
  await instance.certificates.remove(SERVICE, 'www-ec');
  expect(await serial('www.example.com', 'rsa')).toBe(www.rsa.serialNumber);
  await expect(serial('www.example.com', 'ec')).rejects.toMatchObject({ reason: 'readBackDiffers' });
  expect(await instance.processes()).toEqual(before);
});

describe('two certificates for one name and kind of key', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['named by the certificate', undefined],
    ['named by who installs', ['www.example.com', 'shared.example.com']],
  ])(
    '%s: the latest is served, at no moment neither; the other one takes over when it goes',
    async (_, serverNames) => {
      const { instance, model, serial, served, install } = await startHttps();
      const names = ['WWW.example.com', 'shared.example.com'];
      const [old, fresh] = [await issue({ names: [...names, 'old.example.com'] }), await issue({ names })];
      const more = serverNames && { serverNames };
      await install('old', old, { ...(more && { serverNames: [...serverNames, 'old.example.com'] }), isDefault: true });
      const before = await instance.processes();
      const watch = { ended: false, subjects: new Set<string>() };
      const watching = (async () => {
        while (!watch.ended) {
          for (const serverName of ['www.example.com', 'old.example.com', 'other.example.com'])
            watch.subjects.add((await served({ serverName })).leaf.subject);
        }
      })();

      await install('new', fresh, { ...more, isDefault: true });
      const who = () => Promise.all(['www', 'shared', 'old'].map(name => serial(`${name}.example.com`)));
      expect(await who()).toEqual([fresh, fresh, old].map(({ serialNumber }) => serialNumber));
      // A renewal of the other one has to be seen too, or it would be taken for a failure.
      const renewed = await issue({ names: [...names, 'old.example.com'] });
      await install('old', renewed, more && { serverNames: [...serverNames, 'old.example.com'] });
      expect(await who()).toEqual(Array(3).fill(renewed.serialNumber));

      // As it was: where the one comes back to that was held before.
      await install('new', fresh, more);
      const held = await instance.certificates.find(SERVICE, 'old');
      expect(held?.behind).toEqual(['new']);
      await instance.certificates.install({ ...held, service: SERVICE, id: 'old', pem: renewed.pem, isDefault: false });
      expect(await who()).toEqual([fresh, fresh, renewed].map(({ serialNumber }) => serialNumber));
      await instance.certificates.makeDefault(SERVICE, 'old', 'nobody');
      expect(await serial()).toBe(fresh.serialNumber);
      await instance.certificates.makeDefault(SERVICE, 'old', 'new');
      await instance.certificates.makeDefault(SERVICE, 'nobody', 'old');
      expect(await serial()).toBe(renewed.serialNumber);

      expect(await instance.processes()).toEqual(before);
      expect(await instance.start(model)).toMatchObject({ action: 'unchanged' });
      await instance.certificates.remove(SERVICE, 'new');
      expect(await who()).toEqual(Array(3).fill(renewed.serialNumber));
      watch.ended = true;
      await watching;
      expect(watch.subjects).toEqual(new Set(['CN=WWW.example.com']));
    },
  );
});

test.each(['www.example.com', 'a@b', 'a..b', 'x.pem', 'crt-list', 'default', `a${'.@_-'.repeat(31)}bcd`])(
  'called %s: installed, renewed, listed, found after a restart, removed',
  async id => {
    const { instance, model, serial, install } = await startHttps();
    const [old, renewed] = [await issue({ names: ['www.example.com'] }), await issue({ names: ['www.example.com'] })];
    await install(id, old);
    await install(id, renewed, { serverNames: ['www.example.com', 'api.example.com'], isDefault: true });
    expect(await serial('api.example.com')).toBe(renewed.serialNumber);
    expect(await instance.start(model)).toMatchObject({ action: 'unchanged' });
    await instance.stop();
    await instance.start(model);
    expect(await serial('www.example.com')).toBe(renewed.serialNumber);
    expect((await instance.certificates.list(SERVICE)).map(installed => installed.id)).toEqual([id]);
    await instance.certificates.remove(SERVICE, id);
    expect(await instance.certificates.list(SERVICE)).toEqual([]);
  },
);

test('new server names: at no moment is the certificate off', async () => {
  const { serial, install, runtime, folder } = await startHttps();
  const www = await issue({ names: ['www.example.com', 'api.example.com'] });
  await install('www', www, { serverNames: ['www.example.com'] });
  await install('www', www, { serverNames: ['www.example.com', 'api.example.com'] });
  expect(await serial('www.example.com')).toBe(www.serialNumber);
  expect(await serial('api.example.com')).toBe(www.serialNumber);
  const lines = (await runtime.ask(`show ssl crt-list ${folder}/crt-list`))
    .split('\n')
    .filter(line => line.includes('cert-www'));
  expect(lines).toEqual([`${folder}/cert-www.pem www.example.com api.example.com`]);
});

test('the files are private, and what runs after a restart is what ran before', async () => {
  const { instance, model, serial, install, folder } = await startHttps();
  const www = await issue({ names: ['www.example.com'] });
  const api = await issue({ names: ['api.example.com'], keyType: 'rsa' });
  await install('www', www, { isDefault: true });
  await install('api', api);
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect(
    [folder, join(folder, 'cert-www.pem'), join(folder, 'default.pem'), join(folder, 'crt-list')].map(mode),
  ).toEqual(['700', '600', '600', '600']);
  await instance.stop();
  await instance.start(model);
  expect(await serial('www.example.com')).toBe(www.serialNumber);
  expect(await serial('api.example.com')).toBe(api.serialNumber);
  expect(await serial()).toBe(www.serialNumber);
});

test('each HTTPS service has its own certificates; those of a removed service are gone', async () => {
  const { instance, model, install, folder } = await startHttps();
  const www = await issue({ names: ['www.example.com'] });
  await install('www', www);
  const port = await freePort();
  const second = { index: 7, type: 'https' as const, address: '127.0.0.1', port };
  await instance.apply({ virtualServices: [...(model.virtualServices ?? []), second] });
  const request = { address: '127.0.0.1', port, serverName: 'www.example.com' };
  expect((await readServedCertificate(request)).serialNumber).not.toBe(www.serialNumber);
  await instance.certificates.install({ service: 7, id: 'www', pem: www.pem });
  expect((await readServedCertificate(request)).serialNumber).toBe(www.serialNumber);
  await instance.apply({ virtualServices: [second] });
  expect(() => statSync(folder)).toThrow('ENOENT');
  await expect(install('www', www)).rejects.toMatchObject({ reason: 'invalidModel' });
});

test('a disabled service takes certificates, and serves them once it is enabled', async () => {
  const { instance, model, serial, install } = await startHttps();
  const [service] = model.virtualServices ?? [];
  if (service === undefined) throw new Error('there is one');
  await instance.apply({ virtualServices: [{ ...service, enabled: false }] });
  const [old, renewed] = [await issue({ names: ['www.example.com'] }), await issue({ names: ['www.example.com'] })];
  await install('www', old);
  await install('www', renewed);
  await install('gone', old);
  await instance.certificates.remove(SERVICE, 'gone');
  expect(await instance.certificates.find(SERVICE, 'gone')).toBeUndefined();
  await instance.apply(model);
  expect(await serial('www.example.com')).toBe(renewed.serialNumber);
  expect(await instance.certificates.find(SERVICE, 'www')).toMatchObject({
    id: 'www',
    isDefault: false,
    serverNames: [],
  });
});

describe('crashes', () => {
  test('a transaction that a killed process left open does not block another certificate', async () => {
    const { serial, install, runtime, folder } = await startHttps();
    const [first, second, third] = [
      await issue({ names: ['a.example.com'] }),
      await issue({ names: ['a.example.com'] }),
      await issue({ names: ['b.example.com'] }),
    ];
    await install('a', first);
    await runtime.run(`set ssl cert ${folder}/cert-a.pem`, second.pem);
    await install('b', third);
    expect(await serial('b.example.com')).toBe(third.serialNumber);
    expect(await serial('a.example.com')).toBe(first.serialNumber);
    await install('a', second);
    expect(await serial('a.example.com')).toBe(second.serialNumber);
  });

  test('killed after `new ssl cert`: installing again works', async () => {
    const { serial, install, runtime, folder } = await startHttps();
    await runtime.run(`new ssl cert ${folder}/cert-a.pem`);
    const certificate = await issue({ names: ['a.example.com'] });
    await install('a', certificate);
    expect(await serial('a.example.com')).toBe(certificate.serialNumber);
  });

  test('killed between the file and HAProxy: the next start serves what the file has', async () => {
    const { instance, model, serial, install, folder } = await startHttps();
    const [old, renewed] = [await issue({ names: ['a.example.com'] }), await issue({ names: ['a.example.com'] })];
    await install('a', old);
    writeFileSync(join(folder, 'cert-a.pem'), renewed.pem);
    expect(await serial('a.example.com')).toBe(old.serialNumber);
    const next = await openInstance(instance.paths.directory);
    expect(await next.start(model)).toMatchObject({ action: 'reloaded', adopted: true });
    expect(await serial('a.example.com')).toBe(renewed.serialNumber);
    expect(await next.start(model)).toMatchObject({ action: 'unchanged' });
  });

  test('killed between the crt-list and HAProxy: the same; and a file that no list names is cleared away', async () => {
    const { instance, model, serial, folder } = await startHttps();
    const certificate = await issue({ names: ['a.example.com'] });
    writeFileSync(join(folder, 'cert-a.pem'), certificate.pem);
    writeFileSync(join(folder, 'cert-orphan.pem'), certificate.pem);
    const list = join(folder, 'crt-list');
    writeFileSync(list, `${readFileSync(list, 'utf8')}${folder}/cert-a.pem\n`);
    expect(await instance.start(model)).toMatchObject({ action: 'reloaded' });
    expect(await serial('a.example.com')).toBe(certificate.serialNumber);
    expect(() => statSync(join(folder, 'cert-orphan.pem'))).toThrow('ENOENT');
  });

  test('killed between the map and HAProxy: the same for challenges', async () => {
    const { instance, model } = await startHttps();
    writeFileSync(instance.paths.challengeMap, '/.well-known/acme-challenge/a a.b\n');
    expect(await instance.start(model)).toMatchObject({ action: 'reloaded' });
    expect(await instance.challenges.list()).toEqual([{ token: 'a', keyAuthorization: 'a.b' }]);
    expect(await instance.start(model)).toMatchObject({ action: 'unchanged' });
  });
});

test('a bundle that is too large for the runtime API is installed by a reload', async () => {
  const { instance, serial, install } = await startHttps();
  const before = await instance.processes();
  const many = await issue({
    names: Array.from({ length: 600 }, (_, i) => `name-${i}.a-rather-long-name.example.com`),
  });
  await install('many', many);
  expect(await serial('name-599.a-rather-long-name.example.com')).toBe(many.serialNumber);
  expect((await instance.processes())?.worker?.pid).not.toBe(before?.worker?.pid);
});

describe('what is refused changes nothing', () => {
  test.each<[string, (good: string, other: string) => string]>([
    ['no certificate', good => good.slice(good.indexOf('-----BEGIN PRIVATE KEY'))],
    ['no key', good => good.slice(0, good.indexOf('-----BEGIN PRIVATE KEY'))],
    [
      "another certificate's key",
      (good, other) =>
        good.slice(0, good.indexOf('-----BEGIN PRIVATE KEY')) + other.slice(other.indexOf('-----BEGIN PRIVATE KEY')),
    ],
    ['a cut one', good => good.replace(/[A-Za-z0-9+/=]{40}\n-----END CERT/, '\n-----END CERT')],
    ['not PEM', () => 'hello'],
  ])('%s', async (_, spoil) => {
    const { serial, install } = await startHttps();
    const keys = await generateKeys();
    const good = await issue({ names: ['www.example.com'], keys });
    const other = await issue({ names: ['www.example.com'] });
    await install('www', good);
    await expect(install('www', { pem: spoil(good.pem, other.pem) })).rejects.toMatchObject({ reason: 'invalidModel' });
    expect(await serial('www.example.com')).toBe(good.serialNumber);
  });

  test('HAProxy says no: the files are as before, its words are in the error', async () => {
    const { instance, serial, install } = await startHttps();
    const good = await issue({ names: ['www.example.com'] });
    await install('www', good);
    // Too weak for the TLS library's security level, which only HAProxy looks at.
    const weak = await issue({ names: ['www.example.com'], keyType: 'rsa', keys: await generateKeys('rsa', 512) });
    await expect(install('www', weak, { isDefault: true })).rejects.toMatchObject({
      reason: 'refused',
      detail: expect.stringMatching(/unable to load/),
    });
    expect(await instance.certificates.read(SERVICE, 'www')).toBe(good.pem.replace('\n\n', '\n'));
    expect(await serial('www.example.com')).toBe(good.serialNumber);
    expect((await instance.certificates.list(SERVICE))[0]?.isDefault).toBe(false);
  });

  test.each([
    ['a path', { id: '../../x' }],
    ['a line', { id: 'a\nb' }],
    ['a file of the folder above', { id: '..' }],
    ['more than a name may have', { id: 'a'.repeat(129) }],
    ['a second command', { id: 'a;b' }],
    ['a filter that excludes', { serverNames: ['!www.example.com'] }],
    ['options of a crt-list', { serverNames: ['[verify none]'] }],
    ['a line as name', { serverNames: ['a.example.com\nb'] }],
    ['a service that is not there', { service: 99 }],
  ])('%s', async (_, hostile) => {
    const { instance } = await startHttps();
    const { pem } = await issue({ names: ['www.example.com'] });
    const install = instance.certificates.install({ service: SERVICE, id: 'www', pem, ...hostile });
    await expect(install).rejects.toMatchObject({ reason: 'invalidModel' });
    expect(await instance.certificates.list(SERVICE)).toEqual([]);
  });
});
