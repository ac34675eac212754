import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { AcmeTransportError, generateCertificateKey, obtainCertificate, toIdentifier } from '@certfleet/acme';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overHttp01, startTestCa, type TestCa } from './ca.js';

/** A proxy that speaks CONNECT and wants a password. */
async function startProxy(): Promise<{ url: string; connects: string[]; stop(): Promise<void> }> {
  const connects: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket) => {
    const expected = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    if (request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    connects.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://user:secret@127.0.0.1:${port}`,
    connects,
    stop: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('through a proxy', () => {
  let ca: TestCa;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  beforeAll(async () => {
    ca = await startTestCa();
    proxy = await startProxy();
  });
  afterAll(async () => {
    await ca.stop();
    await proxy.stop();
  });

  test('a certificate is obtained, and the CA is still checked against its root', async () => {
    const session = await ca.account({ proxy: proxy.url });
    const obtained = await obtainCertificate(session, {
      identifiers: [toIdentifier('www.example.com')],
      profile: 'default',
      key: await generateCertificateKey('P-256'),
      ...overHttp01(ca),
    });
    expect(obtained.certificates[0].subjectAltName).toBe('DNS:www.example.com');
    expect(new Set(proxy.connects)).toEqual(new Set([new URL(ca.pebble.origin).host]));
  });

  test('that refuses the password: an error about the proxy, without the password', async () => {
    const server = ca.server({ proxy: proxy.url.replace('secret', 'wrong-secret'), retry: { maxFailures: 1 } });
    const reading = server.directory();
    await expect(reading).rejects.toMatchObject({ name: 'AcmeTransportError', failure: 'proxy' });
    await expect(reading).rejects.toThrow(/proxy's address, user and password/);
    await expect(reading).rejects.not.toThrow(/wrong-secret/);
  });

  test('that is not there', async () => {
    const server = ca.server({ proxy: 'http://127.0.0.1:1', retry: { maxFailures: 1 } });
    await expect(server.directory()).rejects.toBeInstanceOf(AcmeTransportError);
  });

  test('that is no URL: an error without the value, which may hold a password', () => {
    expect(() => ca.server({ proxy: 'user:secret@proxy' })).toThrow(
      expect.objectContaining({ name: 'AcmeInputError', message: expect.not.stringContaining('secret') }),
    );
  });
});

test('a CA whose root is not known is not trusted', async () => {
  const ca = await startTestCa();
  const other = await startTestCa();
  const server = ca.server({ ca: other.pebble.caPem });
  await expect(server.directory()).rejects.toMatchObject({ failure: 'tls' });
  await ca.stop();
  await other.stop();
});
