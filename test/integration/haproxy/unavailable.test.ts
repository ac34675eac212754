import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { ask, openInstance, type RuleInput, type Service, startRealServer, startService } from './fixture.js';

const page = `<!doctype html>\n<title>Don't "panic" $HOME %[src] \\n # ä €</title>\r\n\tBack at 8.`;

test('nothing is up: the page with its status, as it was written', async () => {
  const { port, runtime } = await startService({ unavailable: { status: 404, page } }, [{}]);
  expect((await ask(port)).status).toBe(200);
  await runtime.run('set server pool1/rs1 health down');
  const answer = await ask(port);
  expect(answer).toMatchObject({ status: 404, body: page });
  expect(answer.headers).toEqual({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
    'content-length': String(Buffer.byteLength(page)),
  });
  expect(await ask(port, { method: 'HEAD' })).toMatchObject({ status: 404, body: '' });
});

test('nothing is up: a redirect', async () => {
  const redirectUrl = 'https://status.example.com/%20?a=%[src]&b="$HOME"\\';
  const { port, runtime } = await startService({ unavailable: { status: 302, redirectUrl } }, [{}]);
  await runtime.run('set server pool1/rs1 state maint');
  const { status, headers, body } = await ask(port);
  expect([status, headers.location, body]).toEqual([302, redirectUrl, '']);
});

test.each([200, 204, 301, 308, 418, 500, 503, 599])('nothing is up: status %i', async status => {
  const { port } = await startService({ unavailable: { status } }, []);
  expect(await ask(port)).toMatchObject({ status, body: '' });
});

test('a page of 20 kB', async () => {
  const large = 'ä\n'.repeat(6_666);
  const { port } = await startService({ unavailable: { page: large } }, []);
  expect(await ask(port)).toMatchObject({
    status: 503,
    body: large,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
});

test('what takes no connections, though nobody checks it, is not there either', async () => {
  const server = { address: '127.0.0.1', port: await freePort() };
  const { port } = await startService({ healthCheck: { type: 'none' }, unavailable: { status: 404, page } }, [server]);
  expect(await ask(port)).toMatchObject({ status: 404, body: page });
});

test('an answer of the application stays as it is, also if it is 503 or knows our mark', async () => {
  const application = await startRealServer((_, response) =>
    response.writeHead(503, { 'x-certfleet-unavailable': '1', location: '/here' }).end('overloaded'),
  );
  const { port } = await startService({ unavailable: { status: 404, page } }, [application]);
  const answer = await ask(port);
  expect(answer).toMatchObject({ status: 503, body: 'overloaded', headers: { location: '/here' } });
  expect(answer.headers['x-certfleet-unavailable']).toBeUndefined();
});

test('sub virtual services: their own answer or that of their virtual service, which is also for what matches none', async () => {
  const contentRules: RuleInput[] = [
    { name: 'a', field: 'url', match: 'prefix', pattern: '/a' },
    { name: 'b', field: 'url', match: 'prefix', pattern: '/b' },
    { name: 'c', field: 'url', match: 'prefix', pattern: '/c' },
  ];
  const port = await freePort();
  const service: Service = {
    index: 1,
    type: 'http',
    address: '127.0.0.1',
    port,
    unavailable: { status: 302, redirectUrl: '/sorry' },
    subVirtualServices: [
      { index: 2, contentRules: ['a'], unavailable: { status: 404, page: 'a is closed' } },
      { index: 3, contentRules: ['b'] },
      { index: 4, contentRules: ['c'], unavailable: { page: 'c is closed' } },
    ],
  };
  const instance = await openInstance();
  await instance.start({ contentRules, virtualServices: [service] });
  const answers = async () => {
    const all = await Promise.all(['/a', '/b', '/c', '/d'].map(path => ask(port, { path })));
    return all.map(({ status, headers, body }) => [status, headers.location, body]);
  };
  expect(await answers()).toEqual([
    [404, undefined, 'a is closed'],
    [302, '/sorry', ''],
    [503, undefined, 'c is closed'],
    [302, '/sorry', ''],
  ]);
  const challenge = { token: 'token', keyAuthorization: 'token.thumbprint' };
  await instance.challenges.present([challenge]);
  const path = '/.well-known/acme-challenge/token';
  expect(await ask(port, { path })).toMatchObject({ status: 200, body: challenge.keyAuthorization });
});

test.each([undefined, '', ':81'])(
  'a redirect service that is sent the host %j: there is nowhere to send it to',
  async host => {
    const { port } = await startService({ type: 'redirect', realServers: [] });
    const socket = connect(port, '127.0.0.1');
    socket.end(`GET /a HTTP/1.0\r\n${host === undefined ? '' : `Host: ${host}\r\n`}\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.[01] 400 /);
  },
);
