/** Files that are sent to commands, which nothing may touch on their way. Two commands of the test's own take them. */
import { type AddressInfo, connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../packages/server/src/engine.js';
import { newApiToken } from '../../../packages/server/src/http/api-token.js';
import { Attempts } from '../../../packages/server/src/http/attempts.js';
import { Credentials } from '../../../packages/server/src/http/credentials.js';
import type { Handlers } from '../../../packages/server/src/http/handlers.js';
import type { Command } from '../../../packages/server/src/loadmaster/command.js';
import { registerLoadMaster } from '../../../packages/server/src/loadmaster/http.js';
import { writeSettings } from '../../../packages/server/src/loadmaster/settings.js';
import { type OpenStore, openStore } from '../../../packages/server/src/store/index.js';
import { SystemLog } from '../../../packages/server/src/system-log.js';
import { createWorkdir } from '../../harness/workdir.js';

const workdir = createWorkdir('lm');
const clock = { now: Date.now, random: Math.random };
let store: OpenStore;
let systemLog: SystemLog;
let app: FastifyInstance;
let origin: string;
let key: string;
/** The file of the latest call. */
let received: Buffer | null | undefined;

const takesFile: Command = {
  name: 'addcert',
  role: 'operator',
  changes: false,
  parameters: ['cert', 'password'],
  upload: true,
  async run({ body }) {
    received = body;
    return {
      data: { bytes: body?.length ?? 0, Enable: true, empty: [], VS: [{ Index: 1 }, { Index: 2 }] },
      underData: true,
    };
  },
};
const givesFile: Command = {
  name: 'backup',
  role: 'viewer',
  changes: false,
  parameters: [],
  run: async () => ({
    file: Buffer.from([0, 255, 10, 13]),
    name: 'backup.bin',
    contentType: 'application/octet-stream',
  }),
};
const breaks: Command = {
  name: 'restore',
  role: 'viewer',
  changes: false,
  parameters: ['password'],
  run: () => Promise.reject(new TypeError('the secret is hunter2')),
};

beforeAll(async () => {
  store = await openStore({ url: `sqlite:${workdir.file('store.db')}`, masterKey: Buffer.alloc(32, 7) });
  await writeSettings(store, {
    enabled: true,
    directoryUrl: 'https://ca.test/directory',
    caCertificate: null,
    renewPeriod: null,
  });
  const { token, hash } = newApiToken();
  key = token;
  await store.tokens.create({ name: 'ci', role: 'operator', hash, createdBy: 'system', expiresAt: null });
  systemLog = new SystemLog(workdir.path);
  app = Fastify();
  app.decorateRequest('identity', null);
  const credentials = new Credentials(store.users, new Attempts(clock.now), clock);
  const engine = { store, clock } as unknown as Engine;
  const options = { engine, handlers: {} as Handlers, systemLog, credentials, tokens: store.tokens, clock };
  await registerLoadMaster(app, { ...options, publicOrigin: 'https://lm.test' }, [takesFile, givesFile, breaks]);
  await app.listen({ host: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await app.close();
  await store.close();
  systemLog.close();
  workdir.remove();
});

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${origin}${path}`, { method: 'POST', body, headers });
/** Says that it will send a megabyte, and sends none of it. */
function announce(path: string): { socket: Socket; answer: Promise<string> } {
  const { hostname: host, port } = new URL(origin);
  const socket = connect(Number(port), host);
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('data', chunk => resolve(chunk.toString()));
    socket.once('error', reject);
  });
  socket.write(`POST ${path} HTTP/1.1\r\nHost: lm\r\nContent-Length: 1000000\r\n\r\n`);
  return { socket, answer };
}

/**
 * A request by hand, as clients send it that read nothing before they have sent everything. With `Expect` they wait for
 * something to come back, whatever it says, and then send the body.
 */
function byHand(path: string, headers: Record<string, string>, body: Buffer): Promise<string> {
  const { hostname: host, port } = new URL(origin);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\nHost: lm\r\n${lines.join('')}\r\n`;
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), host);
    const send = (bytes: Buffer) => {
      socket.pause();
      socket.write(bytes, () => socket.resume());
    };
    socket.on('data', chunk => {
      if (headers.Expect && answer === '' && body.length > 0) send(body);
      answer += chunk.toString();
    });
    send(headers.Expect ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body]));
    // What was sent to a socket that is closed already: an answer that was read before counts all the same.
    socket.on('error', error => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('close', () => resolve(answer));
  });
}

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const looksLikeAForm = Buffer.from('password=a%26b&cert=x\r\n');

describe('version 1 takes the body as it comes', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/json',
    'multipart/form-data',
    'x',
  ])('as %s', async type => {
    for (const file of [everyByte, looksLikeAForm]) {
      const reply = await post(`/access/addcert?cert=a&apikey=${key}`, file, { 'content-type': type });
      expect(reply.status).toBe(200);
      expect(received).toEqual(file);
    }
  });

  test('without a file', async () => {
    const reply = await post(`/access/addcert?cert=a&apikey=${key}`, '');
    expect(received).toBeNull();
    expect(await reply.text()).toContain(
      '<Data><bytes>0</bytes><Enable>Y</Enable><VS><Index>1</Index></VS><VS><Index>2</Index></VS></Data>',
    );
  });

  test('20 MB', async () => {
    const file = Buffer.alloc(20_000_000, 'ab\n');
    expect((await post(`/access/addcert?cert=a&apikey=${key}`, file)).status).toBe(200);
    expect(received?.equals(file)).toBe(true);
  });

  test('more than 64 MB: 413', async () => {
    expect((await post(`/access/addcert?cert=a&apikey=${key}`, Buffer.alloc(67_108_865))).status).toBe(413);
    const chunk = Buffer.alloc(67_108_865);
    const chunked = Buffer.concat([
      Buffer.from(`${chunk.length.toString(16)}\r\n`),
      chunk,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    const headers = { 'Transfer-Encoding': 'chunked', Connection: 'close' };
    expect(await byHand(`/access/addcert?cert=a&apikey=${key}`, headers, chunked)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('not from someone unknown, who is told before the file has come', async () => {
    received = undefined;
    expect((await post('/access/addcert?cert=a', everyByte)).status).toBe(401);
    expect((await post('/access/addcert?cert=a', `apikey=${key}`)).status).toBe(401);
    const waiting = announce('/access/addcert?cert=a');
    expect(await waiting.answer).toMatch(/^HTTP\/1\.1 401 /);
    waiting.socket.destroy();
    expect(received).toBeUndefined();
  });
});

describe('clients that send credentials only when they are asked for them', () => {
  const refused =
    /^HTTP\/1\.1 401 .*www-authenticate: Basic.*<Response stat="401" code="fail"><Error>.*<\/Response>\n$/is;
  const of = (length: number) => ({ 'Content-Length': String(length), Connection: 'close' });

  test.each([5_000, 2_000_000, 40_000_000])('read the 401 to %i bytes that they send at once', async length => {
    expect(await byHand('/access/addcert?cert=a', of(length), Buffer.alloc(length))).toMatch(refused);
  });

  test.each([5_000, 20_000_000])(
    'read it instead of 100 Continue before %i bytes, even if they send them',
    async length => {
      const headers = { ...of(length), Expect: '100-continue' };
      expect(await byHand('/access/addcert?cert=a', headers, Buffer.alloc(length))).toMatch(refused);
      expect(await byHand('/access/addcert?cert=a', headers, Buffer.alloc(0))).toMatch(refused);
    },
  );

  test('are told that the connection ends, so that a body that was not sent is not waited for', async () => {
    const headers = { 'Content-Length': '5000', Expect: '100-continue' };
    expect(await byHand('/access/addcert?cert=a', headers, Buffer.alloc(0))).toMatch(/connection: close/i);
  });

  test('are let go on when they have them', async () => {
    const headers = { ...of(2_000_000), Expect: '100-continue' };
    const answer = await byHand(`/access/addcert?cert=a&apikey=${key}`, headers, Buffer.alloc(2_000_000));
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    const body = Buffer.from(JSON.stringify({ cmd: 'addcert', apikey: key, data: 'AAAA' }));
    const json = await byHand('/accessv2', { ...of(body.length), Expect: '100-continue' }, body);
    expect(json).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 .*"bytes":3/s);
  });

  test('are told at once that a file is too large', async () => {
    const headers = { ...of(67_108_865), Expect: '100-continue' };
    expect(await byHand(`/access/addcert?cert=a&apikey=${key}`, headers, Buffer.alloc(0))).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('elsewhere are let go on as ever', async () => {
    const headers = { ...of(4), Expect: '100-continue' };
    expect(await byHand('/elsewhere', headers, Buffer.alloc(4))).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 404 /,
    );
  });
});

describe('version 2 takes it as base64', () => {
  const send = (members: object) => post('/accessv2', JSON.stringify({ cmd: 'addcert', apikey: key, ...members }));

  test('with what it answers at the top level and under Data', async () => {
    const reply = await send({ cert: 'a', data: everyByte.toString('base64') });
    expect(received).toEqual(everyByte);
    const shown = '"bytes":256,"Enable":true,"empty":[],"VS":[{"Index":1},{"Index":2}]';
    expect(await reply.text()).toBe(`{"code":200,${shown},"Data":{${shown}},"status":"ok"}\n`);
  });

  test('in lines, as some tools write it', async () => {
    const lines = everyByte.toString('base64').replace(/(.{64})/g, '$1\r\n');
    expect((await send({ data: lines })).status).toBe(200);
    expect(received).toEqual(everyByte);
  });

  test('two large ones at a time, because who sends them is known only afterwards', async () => {
    const held = [announce('/accessv2'), announce('/accessv2')];
    const large = () => send({ data: Buffer.alloc(100_000).toString('base64') });
    await expect.poll(async () => (await large()).status, { timeout: 10_000 }).toBe(503);
    expect((await send({ data: 'AAAA' })).status).toBe(200);
    for (const { socket, answer } of held) {
      answer.catch(() => undefined);
      socket.destroy();
    }
    await expect.poll(async () => (await large()).status, { timeout: 10_000 }).toBe(200);
  });

  test('what is not base64 is refused', async () => {
    expect(await (await send({ data: 'not base64!' })).json()).toMatchObject({
      code: 422,
      message: 'data: Not valid base64',
    });
  });

  test('20 MB', async () => {
    const file = Buffer.alloc(20_000_000, 'ab\n');
    expect((await send({ data: file.toString('base64') })).status).toBe(200);
    expect(received?.equals(file)).toBe(true);
  });
});

test('a file goes out as it is, and as base64', async () => {
  const raw = await fetch(`${origin}/access/backup?apikey=${key}`);
  expect(Buffer.from(await raw.arrayBuffer())).toEqual(Buffer.from([0, 255, 10, 13]));
  expect(raw.headers.get('content-type')).toBe('application/octet-stream');
  const json = await post('/accessv2', JSON.stringify({ cmd: 'backup', apikey: key }));
  expect(await json.text()).toBe('{"code":200,"data":"AP8KDQ==","status":"ok"}\n');
});

test('a defect is 500 and tells nothing of itself', async () => {
  const xml = await fetch(`${origin}/access/restore?apikey=${key}`);
  expect(xml.status).toBe(500);
  expect(await xml.text()).toContain(
    '<Response stat="500" code="fail"><Error>Internal error: the log has more</Error>',
  );
  const json = await post('/accessv2', JSON.stringify({ cmd: 'restore', apikey: key }));
  expect(await json.text()).toBe('{"code":500,"message":"Internal error: the log has more","status":"fail"}\n');
});
