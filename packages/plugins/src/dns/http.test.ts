import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { DnsClient } from './client.js';
import { Endpoint, type HttpServiceOptions, httpService, redact } from './http.js';
import type { ProviderIo } from './provider.js';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A service that gives these answers in turn, the last one again and again. */
async function startService(...answers: Answer[]) {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${body}`.trim());
    answers[Math.min(seen.length, answers.length) - 1]?.(request, response, body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

function serviceAt(endpoint: string, io: Partial<ProviderIo> = {}, options: Partial<HttpServiceOptions> = {}) {
  const { signal } = new AbortController();
  const dns = new DnsClient({ resolvers: [] });
  return httpService(
    { service: 'Vendor', endpoint, headers: { authorization: 'Bearer hushhush' }, ...options },
    { signal, timeoutMs: 5000, ttl: 60, dns, secrets: ['hushhush'], ...io },
  );
}

test('sends a query, JSON or a form, with its headers, and reads the reply by a schema', async () => {
  const { endpoint, seen } = await startService((request, response) => {
    response.end(JSON.stringify({ authorization: request.headers.authorization, more: 1 }));
  });
  const service = serviceAt(endpoint);
  const query = { name: 'a b', page: 2, none: undefined };
  const reply = await service.send({ method: 'GET', path: '/zones', query });
  expect(reply.json(z.object({ authorization: z.string() }))).toEqual({ authorization: 'Bearer hushhush' });
  await service.send({ method: 'POST', path: '/records', json: { values: ['x'] } });
  await service.send({ method: 'POST', path: '/login', form: { user: 'a&b' } });
  expect(seen).toEqual([
    'GET /v1/zones?name=a+b&page=2',
    'POST /v1/records application/json {"values":["x"]}',
    'POST /v1/login application/x-www-form-urlencoded user=a%26b',
  ]);
});

describe('a refusal', () => {
  test.each<[number, string, number]>([
    [400, 'config', 1],
    [401, 'credentials', 1],
    [403, 'credentials', 1],
    [404, 'config', 1],
    [409, 'conflict', 1],
    [500, 'unavailable', 3],
    [502, 'unavailable', 3],
  ])('%d is %s, after %d tries, without the secret', async (status, reason, tries) => {
    const { endpoint, seen } = await startService(answer(status, 'The token hushhush\n is not good'));
    const failing = serviceAt(endpoint).send({ method: 'DELETE', path: '/records/1' });
    await expect(failing).rejects.toMatchObject({
      name: 'PluginError',
      reason,
      message: `Vendor: DELETE /records/1 answered ${status}: The token ••• is not good`,
    });
    expect(seen).toHaveLength(tries);
  });

  test("is told in the vendor's own words, and by the vendor's own reason", async () => {
    const { endpoint } = await startService(answer(400, '{"errors":[{"message":"no such zone"}]}'));
    const failing = serviceAt(
      endpoint,
      {},
      {
        explain: reply =>
          reply.json(z.object({ errors: z.array(z.object({ message: z.string() })) })).errors[0]?.message,
        reasonOf: ({ status }) => (status === 400 ? 'conflict' : undefined),
      },
    ).send({ method: 'GET', path: '/zones' });
    await expect(failing).rejects.toMatchObject({
      reason: 'conflict',
      message: 'Vendor: GET /zones answered 400: no such zone',
    });
  });

  test.each([
    ['quoted', 300, {}],
    ['explained', 1000, { explain: (reply: { text: string }) => reply.text }],
  ] as const)('is %s without any part of a secret that lies on the end of what is shown', async (_, most, options) => {
    for (let before = most - 'hushhush'.length; before <= most; before += 1) {
      const { endpoint } = await startService(answer(400, `${'x'.repeat(before)}hushhush and more`));
      const failing = serviceAt(endpoint, {}, options).send({ method: 'GET', path: '/zones' });
      await expect(failing).rejects.toMatchObject({ message: expect.not.stringMatching(/h/) });
    }
  });

  test('that the caller accepts is a reply', async () => {
    const { endpoint } = await startService(answer(404, 'gone'));
    const reply = await serviceAt(endpoint).send({ method: 'DELETE', path: '/records/1', accept: [404] });
    expect(reply).toMatchObject({ status: 404, text: 'gone' });
  });
});

describe('throttling', () => {
  test('is waited for as long as the service says', async () => {
    const { endpoint, seen } = await startService(answer(429, '', { 'retry-after': '1' }), answer(200, 'ok'));
    const before = performance.now();
    expect((await serviceAt(endpoint).send({ method: 'GET', path: '/zones' })).text).toBe('ok');
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(seen).toHaveLength(2);
  });

  test('is waited for as long as the body says, where the service says it there', async () => {
    const { endpoint, seen } = await startService(answer(429, '{"retryAfterSec":1}'), answer(200, 'ok'));
    const retryAfterOf = () => 1000;
    const before = performance.now();
    await serviceAt(endpoint, {}, { retryAfterOf }).send({ method: 'GET', path: '/zones' });
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(seen).toHaveLength(2);
  });

  test('that takes longer than this service is waited for is put off', async () => {
    const { endpoint, seen } = await startService(answer(429, '', { 'retry-after': '2' }));
    const tried = serviceAt(endpoint, {}, { longestWaitMs: 1000 }).send({ method: 'GET', path: '/zones' });
    await expect(tried).rejects.toMatchObject({ reason: 'rateLimited', retryAfterMs: 2000 });
    expect(seen).toHaveLength(1);
  });

  test('that takes too long is put off', async () => {
    const { endpoint, seen } = await startService(answer(429, 'slow down', { 'retry-after': '3600' }));
    await expect(serviceAt(endpoint).send({ method: 'GET', path: '/zones' })).rejects.toMatchObject({
      reason: 'rateLimited',
      retryAfterMs: 3_600_000,
    });
    expect(seen).toHaveLength(1);
  });
});

test('a service that fails for a moment is asked again', async () => {
  const { endpoint, seen } = await startService(answer(503), answer(200, 'ok'));
  expect((await serviceAt(endpoint).send({ method: 'GET', path: '/zones' })).text).toBe('ok');
  expect(seen).toHaveLength(2);
});

describe('no usable answer', () => {
  const cut: Answer = (request, _) => request.socket.destroy();
  test('a connection that breaks, three times', async () => {
    const { endpoint, seen } = await startService(cut);
    const failing = serviceAt(endpoint).send({ method: 'GET', path: '/zones' });
    await expect(failing).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('GET /zones failed: '),
    });
    expect(seen).toHaveLength(3);
  });

  test('a request that is not answered in time', async () => {
    const { endpoint } = await startService(() => undefined);
    await expect(serviceAt(endpoint, { timeoutMs: 100 }).send({ method: 'GET', path: '/zones' })).rejects.toMatchObject(
      {
        reason: 'unavailable',
        message: 'Vendor: GET /zones failed: no answer within 0.1 s.',
      },
    );
  });

  test('something else than JSON, or JSON of another shape', async () => {
    const { endpoint } = await startService(answer(200, '<html>hushhush'), answer(200, '{"zones":1}'));
    const shape = z.object({ zones: z.array(z.string()) });
    const service = serviceAt(endpoint);
    const html = await service.send({ method: 'GET', path: '/zones' });
    expect(() => html.json(shape)).toThrow('Vendor: GET /zones answered 200 with something else than JSON: <html>•••');
    const other = await service.send({ method: 'GET', path: '/zones' });
    expect(() => other.json(shape)).toThrow(/JSON of another shape than expected \(zones: /);
  });

  test('a reply without end is not read', async () => {
    const { endpoint } = await startService((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await expect(serviceAt(endpoint).send({ method: 'GET', path: '/zones' })).rejects.toThrow(
      'answered with more than 4194304 bytes',
    );
  });

  test('a caller that has had enough gets its own reason', async () => {
    const { endpoint } = await startService(() => undefined);
    const caller = new AbortController();
    const sent = serviceAt(endpoint, { signal: caller.signal }).send({ method: 'GET', path: '/zones' });
    caller.abort(new Error('The server stops.'));
    await expect(sent).rejects.toThrow('The server stops.');
  });
});

test.each([
  ['', '/present', '/v1/present?page=1'],
  ['/', '/present', '/v1/present?page=1'],
  ['//', '/a/b%2Fc', '/v1/a/b%2Fc?page=1'],
  ['?key=x', '/present', '/v1/present?key=x&page=1'],
  ['/?key=x', '/present', '/v1/present?key=x&page=1'],
  ['/', '', '/v1/?page=1'],
])('an endpoint that ends with "%s" and the path "%s" are asked as %s', async (end, path, asked) => {
  const { endpoint, seen } = await startService(answer(200));
  await serviceAt(`${endpoint}${end}`).send({ method: 'GET', path, query: { page: 1 } });
  expect(seen).toEqual([`GET ${asked}`]);
});

test.each([
  ['https://api.example.com/v4', true],
  ['http://127.0.0.1:8080', true],
  ['http://localhost:8080/api', true],
  ['http://[::1]:8080', true],
  ['http://api.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['http://user@example.com@127.0.0.1', false],
  ['ftp://127.0.0.1', false],
  ['', false],
])('endpoint %s: %s', (url, good) => {
  expect(Endpoint.safeParse(url).success).toBe(good);
});

test('secrets are taken out also where they stand in a URL; what is too short to be one stays', () => {
  expect(redact('a/b+c== and a%2Fb%2Bc%3D%3D, x', ['a/b+c==', 'x'])).toBe('••• and •••, x');
});
