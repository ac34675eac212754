import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { selfSigned } from '../../../packages/server/src/http/self-signed.js';
import { AdminTls } from '../../../packages/server/src/http/tls.js';
import { createWorkdir, type Workdir } from '../../harness/workdir.js';
import { startHttp, type TestServer } from './server.js';

let workdir: Workdir;
let tls: AdminTls;
let server: TestServer;
let port: number;
beforeEach(async () => {
  workdir = createWorkdir('https');
  tls = await AdminTls.open(workdir.path, [], Date.now());
  server = await startHttp({ tls, streamPace: { heartbeat: 60_000, poll: 60_000, gather: 1, patience: 10_000 } });
  ({ port } = await server.listen());
});
afterEach(async () => {
  await server.close();
  workdir.remove();
});

/** Over a connection of its own, to a server whose certificate is believed. */
async function ask(options: RequestOptions): Promise<IncomingMessage> {
  const agent = new Agent({ ca: tls.serverOptions.cert, maxCachedSessions: 0 });
  const [response] = await once(request({ host: '127.0.0.1', port, agent, ...options }).end(), 'response');
  return response;
}

const fingerprintOf = (response: IncomingMessage) => (response.socket as TLSSocket).getPeerCertificate().fingerprint256;

test('from the first start it speaks TLS, with the certificate whose fingerprint is printed', async () => {
  const response = await ask({ path: '/healthz' });
  expect(response.statusCode).toBe(200);
  expect(fingerprintOf(response)).toBe(tls.fingerprint);
  expect((response.socket as TLSSocket).authorized, 'valid for the address that was asked').toBe(true);
  response.resume();
});

test('plain HTTP is not answered', async () => {
  const plain = fetch(`http://127.0.0.1:${port}/healthz`);
  await expect(plain).rejects.toThrow();
});

test('a managed certificate is served at once, and a live stream from before goes on', async () => {
  const stream = await ask({ path: '/api/v1/stream', headers: await server.bearer('viewer') });
  const before = fingerprintOf(stream);
  await tls.install(await selfSigned(['127.0.0.1'], Date.now()));
  const fresh = await ask({ path: '/healthz' });
  expect(fingerprintOf(fresh)).toBe(tls.fingerprint);
  expect(tls.fingerprint).not.toBe(before);
  fresh.resume();

  await server.store.events.append({ actor: 'system', action: 'x.y', outcome: 'succeeded', message: 'still here' });
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.includes('still here')) break;
  }
  expect(text).toContain('still here');
});
