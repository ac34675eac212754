import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { issue } from './certificate.js';
import { ask, openInstance, type Service, startRealServer, startService } from './fixture.js';

/** Answers every https request with 401, or 302 for what has moved, and notes it. */
async function startHttps() {
  const seen: { method?: string; url?: string; host?: string; serverName?: string | false | null }[] = [];
  const { pem } = await issue({ names: ['health.example.com'] });
  const server = createServer({ cert: pem, key: pem }, (request: IncomingMessage, response) => {
    const { method, url, headers, socket } = request;
    seen.push({ method, url, host: headers.host, serverName: (socket as TLSSocket).servername } as (typeof seen)[0]);
    response.writeHead(url === '/moved' ? 302 : 401).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

test('each kind of check, on the port that it names', async () => {
  const https = await startHttps();
  const closed = await freePort();
  const realServer = { index: 1, ...(await startRealServer()) };
  const webCheck = { type: 'https', port: https.port, path: '/up?full', host: 'health.example.com' } as const;
  const checks: [string, Service['healthCheck'], 'up' | 'down' | 'unchecked'][] = [
    ['https, its status counts', { ...webCheck, method: 'HEAD', statuses: [401] }, 'up'],
    ['https, its status does not count', { ...webCheck, statuses: [403, 500] }, 'down'],
    ['https, moved', { ...webCheck, path: '/moved' }, 'up'],
    ['https, moved, where other statuses count', { ...webCheck, path: '/moved', statuses: [401] }, 'down'],
    ['https to an http port', { type: 'https' }, 'down'],
    ['http to an https port', { type: 'http', port: https.port }, 'down'],
    ['http', { type: 'http', method: 'HEAD' }, 'up'],
    ['tcp', { type: 'tcp' }, 'up'],
    ['tcp on another port', { type: 'tcp', port: closed }, 'down'],
    ['none', { type: 'none' }, 'unchecked'],
  ];
  const virtualServices: Service[] = [];
  for (const [i, [name, healthCheck]] of checks.entries())
    virtualServices.push({
      index: i + 1,
      name,
      type: 'http',
      address: '127.0.0.1',
      port: await freePort(),
      healthCheck,
      realServers: [realServer],
    });
  const instance = await openInstance();
  await instance.start({ virtualServices });
  const states = async () => (await instance.readStatus()).map(({ realServers }) => realServers[0]?.state);
  await expect.poll(states, { timeout: 40_000 }).toEqual(checks.map(([, , state]) => state));
  expect(https.seen).toContainEqual({
    method: 'HEAD',
    url: '/up?full',
    host: 'health.example.com',
    serverName: 'health.example.com',
  });
  expect(https.seen.map(({ method }) => method)).toContain('GET');
});

test('a minimum of real servers: with fewer nobody is served, and it counts as down', async () => {
  const unavailable = { status: 503, page: 'Not enough of us.' };
  const { instance, port, runtime } = await startService({ minimumServers: 2, unavailable }, [{}, {}, {}]);
  const served = async () => {
    const { status, body } = await ask(port);
    return [status, body, (await instance.readStatus())[0]?.state];
  };
  await runtime.run('set server pool1/rs1 health down');
  expect(await served()).toEqual([200, expect.stringMatching(/^[23]$/), 'up']);
  await runtime.run('set server pool1/rs2 health down');
  expect(await served()).toEqual([503, 'Not enough of us.', 'down']);
  await runtime.run('set server pool1/rs1 health up');
  expect(await served()).toEqual([200, expect.stringMatching(/^[13]$/), 'up']);
});
