import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { selfSigned } from './self-signed.js';
import { AdminTls } from './tls.js';

const now = Date.now();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certfleet-tls-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => AdminTls.open(folder, ['certfleet.example.com', '192.0.2.1', '[2001:db8::1]'], now);
const certificateOf = (tls: AdminTls) => new X509Certificate(tls.serverOptions.cert);

describe('the self-signed certificate', () => {
  test('is for this host, localhost and the configured names, with an EC key, for ten years', async () => {
    const certificate = certificateOf(await open());
    for (const name of [hostname(), 'localhost', 'certfleet.example.com'])
      expect(certificate.checkHost(name)).toBe(name);
    for (const address of ['127.0.0.1', '::1', '192.0.2.1', '2001:db8::1'])
      expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(Date.parse(certificate.validTo) - now).toBeGreaterThan(3_650 * 86_400_000);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(now);
  });

  test('is kept: who pinned its fingerprint finds the same after a restart', async () => {
    const first = await open();
    expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect((await open()).fingerprint).toBe(first.fingerprint);
  });

  test('can be read by its owner alone', async () => {
    await open();
    expect((await stat(join(folder, 'admin-tls'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'admin-tls/self-signed.pem'))).mode & 0o777).toBe(0o600);
  });

  test.each<[string, (text: string) => string]>([
    ['empty', () => ''],
    ['cut off', text => text.slice(0, 200)],
    ['without its key', text => text.slice(0, text.indexOf('-----BEGIN PRIVATE'))],
  ])('if the file is %s, the start fails and says what to do', async (_, damage) => {
    await open();
    const file = join(folder, 'admin-tls/self-signed.pem');
    await writeFile(file, damage(await readFile(file, 'utf8')));
    await expect(open()).rejects.toThrow(/self-signed\.pem can't be used for TLS: .*restore it, or delete it/);
  });
});

describe('a managed certificate', () => {
  test('that does not fit its key is refused, and the old one stays', async () => {
    const tls = await open();
    const before = tls.fingerprint;
    const [one, other] = [await selfSigned(['a.test'], now), await selfSigned(['b.test'], now)];
    const mixed = { certificate: one.certificate, privateKey: other.privateKey };
    await expect(tls.install(mixed)).rejects.toThrow(/can't be used for TLS/);
    expect(tls.fingerprint).toBe(before);
    expect((await open()).fingerprint).toBe(before);
  });

  test('is served after a restart', async () => {
    const tls = await open();
    await tls.install(await selfSigned(['managed.test'], now));
    expect(certificateOf(await open()).checkHost('managed.test')).toBe('managed.test');
    expect((await stat(join(folder, 'admin-tls/managed.pem'))).mode & 0o777).toBe(0o600);
  });

  test('is taken away again: the self-signed one from before is served, also after a restart', async () => {
    const tls = await open();
    const before = tls.fingerprint;
    await tls.install(await selfSigned(['managed.test'], now));
    expect(tls.managed).not.toBeNull();
    await tls.remove();
    expect([tls.managed, tls.fingerprint, (await open()).fingerprint]).toEqual([null, before, before]);
  });

  test('is served from the next handshake on, and no connection is dropped', async () => {
    const tls = await open();
    const server = createServer(tls.serverOptions, (_request, response) => response.end('ok'));
    tls.attach(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const keepAlive = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const before = await ask(server, keepAlive);
    expect(before.fingerprint).toBe(tls.fingerprint);

    await tls.install(await selfSigned(['managed.test'], now));

    const same = await ask(server, keepAlive);
    expect(same.socket, 'the connection from before goes on').toBe(before.socket);
    const fresh = await ask(server, new Agent({ rejectUnauthorized: false, maxCachedSessions: 0 }));
    expect(fresh.fingerprint).toBe(tls.fingerprint);
    expect(fresh.fingerprint).not.toBe(before.fingerprint);
    keepAlive.destroy();
    server.close();
    await once(server, 'close');
  });
});

async function ask(server: Server, agent: Agent): Promise<{ socket: TLSSocket; fingerprint: string }> {
  const { port } = server.address() as AddressInfo;
  const outgoing = get({ host: '127.0.0.1', port, agent });
  const [response] = await once(outgoing, 'response');
  const socket = outgoing.socket as TLSSocket;
  const fingerprint = socket.getPeerCertificate().fingerprint256;
  response.resume();
  await once(response, 'end');
  expect(response.statusCode).toBe(200);
  return { socket, fingerprint };
}
