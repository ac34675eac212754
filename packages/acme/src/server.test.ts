import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AcmeEvent } from './event.js';
import { type Signer, signerFromKey } from './jws.js';
import { generateAccountKey } from './key.js';
import { AcmeInputError, AcmeProtocolError, AcmeTransportError } from './problem.js';
import { AcmeServer, type AcmeServerOptions, type Clock } from './server.js';
import { directoryAt, problemReply, type ScriptedCa, startScriptedCa } from './testing/scripted-ca.js';

// Every test has an HTTPS server of its own: generous for a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let ca: ScriptedCa;
let signer: Signer;
let now: number;
let slept: number[];
let events: AcmeEvent[];
let servers: AcmeServer[];

const clock: Clock = {
  now: () => now,
  sleep: async ms => {
    slept.push(ms);
    now += ms;
  },
  random: () => 0.5,
};

beforeEach(async () => {
  ca = await startScriptedCa();
  signer = signerFromKey(await generateAccountKey());
  now = Date.parse('2026-11-21T09:00:00Z');
  [slept, events, servers] = [[], [], []];
});

afterEach(async () => {
  await Promise.all(servers.map(server => server.close()));
  await ca.stop();
});

function newServer(options: Partial<AcmeServerOptions> = {}): AcmeServer {
  const server = new AcmeServer({
    directoryUrl: ca.directoryUrl,
    userAgent: 'certfleet-test/1.0',
    ca: ca.root,
    clock,
    onEvent: event => events.push(event),
    ...options,
  });
  servers.push(server);
  return server;
}

const order = (server: AcmeServer) =>
  server.postToResource({ signer, accountUrl: `${ca.origin}/account/1` }, 'newOrder', { identifiers: [] });
const noncesUsed = () => ca.requests.flatMap(({ protectedHeader }) => protectedHeader.nonce ?? []);
const posts = () => ca.requests.filter(({ method }) => method === 'POST');

describe('a signed request', () => {
  test('has the headers of RFC 8555 §6.1 and §6.2, and the url that it goes to', async () => {
    ca.on('/new-order', { status: 201, body: {} });
    await order(newServer());
    const [request] = posts();
    expect(request?.headers).toMatchObject({
      'content-type': 'application/jose+json',
      'user-agent': 'certfleet-test/1.0',
    });
    expect(request?.protectedHeader).toMatchObject({ url: `${ca.origin}/new-order`, kid: `${ca.origin}/account/1` });
  });

  test('warm, one request is one request: the nonce is that of the answer before', async () => {
    const server = newServer();
    ca.on('/new-order', { status: 201, body: {} });
    for (let i = 0; i < 5; i += 1) await order(server);
    expect(ca.log()).toEqual(['GET /directory', 'GET /new-nonce', ...Array(5).fill('POST /new-order')]);
    expect(new Set(ca.requests.map(({ connection }) => connection)).size).toBe(1);
  });

  test('twenty in parallel never use a nonce twice, and no more than the connections allowed', async () => {
    const server = newServer({ connections: 4 });
    ca.on('/new-order', { status: 201, body: {} });
    await Promise.all(Array.from({ length: 20 }, () => order(server)));
    expect(posts()).toHaveLength(20);
    expect(new Set(noncesUsed()).size).toBe(20);
    expect(new Set(ca.requests.map(({ connection }) => connection)).size).toBeLessThanOrEqual(4);
  });

  test('never goes over HTTP without TLS', async () => {
    const server = newServer({ directoryUrl: 'http://127.0.0.1:1/directory' });
    await expect(order(server)).rejects.toThrow(AcmeInputError);
    await expect(order(server)).rejects.toThrow(/HTTPS only/);
  });
});

describe('badNonce', () => {
  test('three times: succeeds, each time with the nonce of the error', async () => {
    const server = newServer();
    ca.on('/new-order', problemReply('badNonce', 400), problemReply('badNonce', 400), problemReply('badNonce', 400), {
      status: 201,
      body: {},
    });
    await expect(order(server)).resolves.toMatchObject({ status: 201 });
    expect(noncesUsed()).toEqual(['nonce-0', 'nonce-1', 'nonce-2', 'nonce-3']);
    expect(ca.log().filter(line => line === 'GET /new-nonce')).toHaveLength(1);
    expect(slept).toEqual([]);
  });

  test('for ever: a bounded stop that says so', async () => {
    ca.on('/new-order', problemReply('badNonce', 400));
    await expect(order(newServer())).rejects.toMatchObject({ errorName: 'badNonce' });
    expect(posts()).toHaveLength(10);
  });

  test('without a nonce in the error: a fresh one is fetched', async () => {
    const server = newServer();
    ca.on('/new-order', { ...problemReply('badNonce', 400), nonce: false }, { status: 201, body: {} });
    await expect(order(server)).resolves.toMatchObject({ status: 201 });
    expect(ca.log()).toEqual([
      'GET /directory',
      'GET /new-nonce',
      'POST /new-order',
      'GET /new-nonce',
      'POST /new-order',
    ]);
  });

  test('because the nonces that lay there are stale: one refusal is enough to know', async () => {
    const server = newServer();
    ca.on('/new-order', { status: 201, body: {}, nonce: 'stale' });
    // Each takes a nonce of newNonce, for the pool has none yet, and leaves a stale one behind.
    await Promise.all(Array.from({ length: 8 }, () => order(server)));
    now += 3_600_000;
    ca.on('/new-order', { status: 201, body: {} });
    await order(server);
    const before = posts().length;
    await Promise.all(Array.from({ length: 4 }, () => order(server)));
    expect(posts().length - before).toBe(4);
  });
});

test('a success without a nonce: the next request fetches one', async () => {
  const server = newServer();
  ca.on('/new-order', { status: 201, body: {}, nonce: false });
  await order(server);
  await order(server);
  expect(ca.log().slice(2)).toEqual(['POST /new-order', 'GET /new-nonce', 'POST /new-order']);
});

test('newNonce without a nonce is an error that says what is missing', async () => {
  ca.on('/new-nonce', { status: 204, nonce: false });
  await expect(order(newServer())).rejects.toThrow(/newNonce .* no valid Replay-Nonce/);
});

describe('trying again', () => {
  test.each([
    [
      '429',
      {
        ...problemReply('rateLimited', 429),
        headers: { 'content-type': 'application/problem+json', 'retry-after': '2' },
      },
      [2_000],
    ],
    [
      '503',
      {
        ...problemReply('serverInternal', 503),
        headers: { 'content-type': 'application/problem+json', 'retry-after': 'Sat, 21 Nov 2026 09:00:03 GMT' },
      },
      [3_000],
    ],
    ['500 without Retry-After', { status: 500, body: 'oops' }, [250]],
    ['a reset before the answer', { hangUp: 'before' as const }, [250]],
    ['a reset within the answer', { hangUp: 'within' as const }, [250]],
  ])('after %s: signed again with a fresh nonce', async (_, reply, waits) => {
    const server = newServer();
    ca.on('/new-order', reply, { status: 201, body: {} });
    await expect(order(server)).resolves.toMatchObject({ status: 201 });
    expect(new Set(noncesUsed()).size).toBe(2);
    expect(slept).toEqual(waits);
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(1);
  });

  test('a long Retry-After is returned, not slept through', async () => {
    const server = newServer();
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '86400' };
    ca.on('/new-order', { ...problemReply('rateLimited', 429), headers });
    await expect(order(server)).rejects.toMatchObject({ errorName: 'rateLimited', retryAfterMs: 86_400_000 });
    expect(posts()).toHaveLength(1);
    expect(slept).toEqual([]);
  });

  test('ends', async () => {
    ca.on('/new-order', { status: 503, body: 'down' });
    await expect(order(newServer())).rejects.toMatchObject({ status: 503, detail: expect.stringContaining('down') });
    expect(posts()).toHaveLength(4);
  });

  test('does not multiply: what a request needs first is tried as often as a request is', async () => {
    ca.on('/directory', { status: 503 });
    const reading = newServer().post({ signer }, { operation: 'order', url: `${ca.origin}/order/1` }, undefined);
    await expect(reading).rejects.toMatchObject({ operation: 'directory', status: 503 });
    expect(ca.log()).toEqual(Array(4).fill('GET /directory'));
  });

  test('is ended by the caller, with their reason', async () => {
    const abort = new AbortController();
    const server = newServer({ clock: { ...clock, sleep: async (_ms, signal) => signal?.throwIfAborted() } });
    ca.on('/new-order', () => {
      abort.abort(new Error('shutting down'));
      return { status: 503 };
    });
    const pending = server.postToResource({ signer }, 'newOrder', {}, { signal: abort.signal });
    await expect(pending).rejects.toThrow('shutting down');
    expect(posts()).toHaveLength(1);
  });

  test('a request that hangs is ended by the caller at once', async () => {
    const abort = new AbortController();
    const server = newServer();
    await server.directory();
    ca.on('/new-order', () => {
      setImmediate(() => abort.abort(new Error('shutting down')));
      return { silent: true };
    });
    const pending = server.postToResource({ signer }, 'newOrder', {}, { signal: abort.signal });
    await expect(pending).rejects.toThrow('shutting down');
  });
});

describe('the directory', () => {
  test('is read once by parallel callers, and again when it has aged', async () => {
    const server = newServer({ directoryMaxAgeMs: 1_000 });
    await Promise.all([server.directory(), server.directory(), server.directory()]);
    expect(ca.log()).toEqual(['GET /directory']);
    now += 1_001;
    await server.directory();
    expect(ca.log()).toEqual(['GET /directory', 'GET /directory']);
  });

  test('of which unknown members are ignored', async () => {
    const directory = await newServer().directory();
    expect(directory.meta).toEqual({
      termsOfService: 'https://ca.example/terms',
      profiles: { default: 'Ninety days' },
      caaIdentities: [],
      externalAccountRequired: false,
    });
    expect(Object.keys(directory)).not.toContain('x5Tz-random');
  });

  test('down: the known one stays in use, and is asked for again a minute later', async () => {
    const server = newServer({ directoryMaxAgeMs: 1_000, retry: { maxFailures: 1 } });
    const known = await server.directory();
    now += 1_001;
    ca.on('/directory', { status: 503 });
    expect(await server.directory()).toEqual(known);
    expect(events.at(-1)).toMatchObject({ type: 'directory-kept' });
    const asked = ca.requests.length;
    expect(await server.directory()).toEqual(known);
    expect(ca.requests).toHaveLength(asked);
    now += 60_001;
    await server.directory();
    expect(ca.requests.length).toBeGreaterThan(asked);
  });

  test('with other URLs than before: read again when a resource is not found, and the new one is used', async () => {
    const server = newServer();
    await server.directory();
    ca.on('/directory', { body: directoryAt(ca.origin, { newOrder: `${ca.origin}/v2/new-order` }) });
    ca.on('/v2/new-order', { status: 201, body: {} });
    await expect(order(server)).resolves.toMatchObject({ status: 201, url: `${ca.origin}/v2/new-order` });
    expect(posts().at(-1)?.protectedHeader.url).toBe(`${ca.origin}/v2/new-order`);
  });

  test('with another newNonce than before: the same', async () => {
    const server = newServer();
    await server.directory();
    ca.on('/directory', { body: directoryAt(ca.origin, { newNonce: `${ca.origin}/v2/new-nonce` }) });
    ca.on('/new-nonce', { status: 404, nonce: false });
    ca.on('/v2/new-nonce', { status: 204, nonce: 'good' });
    ca.on('/new-order', { status: 201, body: {} });
    await order(server).catch(() => undefined);
    expect(ca.log()).toContain('GET /v2/new-nonce');
  });

  test.each<[string, object, RegExp]>([
    [
      'HTML',
      { body: '<!doctype html><title>Login</title>', headers: { 'content-type': 'text/html' } },
      /text\/html instead of JSON, beginning with "<!doctype.*web page/,
    ],
    ['nothing', { body: '' }, /instead of JSON/],
    ['a list', { body: [] }, /no JSON object/],
    [
      'an object without newOrder',
      { body: { newNonce: 'https://a.example/', newAccount: 'https://a.example/' } },
      /"newOrder" is no string/,
    ],
    ['a URL that is not HTTPS', { body: { newNonce: 'http://a.example/' } }, /no https/],
    [
      'a redirect',
      { status: 301, headers: { location: 'https://elsewhere.example/' } },
      /status 301 to https:\/\/elsewhere\.example\/.*does not redirect/,
    ],
  ])('that is %s: a clear error, at once', async (_, reply, message) => {
    ca.on('/directory', reply);
    const reading = newServer().directory();
    await expect(reading).rejects.toThrow(AcmeProtocolError);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(`directory (${ca.directoryUrl})`);
    expect(ca.requests).toHaveLength(1);
  });

  test('has no keyChange: an error that says so, before anything is sent', async () => {
    ca.on('/directory', { body: directoryAt(ca.origin, { keyChange: undefined }) });
    await expect(newServer().postToResource({ signer }, 'keyChange', {})).rejects.toThrow(/has no keyChange/);
  });
});

describe('limits', () => {
  test.each([
    ['50 MB', { body: Buffer.alloc(50_000_000, 'x') }],
    ['an endless body', { endless: true }],
  ])('%s is not read to the end', async (_, reply) => {
    ca.on('/directory', reply);
    const reading = newServer({ maxBodyBytes: 100_000 }).directory();
    await expect(reading).rejects.toMatchObject({ name: 'AcmeProtocolError', fault: 'tooLarge' });
    await expect(reading).rejects.toThrow(/larger than 100000 octets/);
  });

  test('a server that never answers is a time-out', async () => {
    ca.on('/directory', { silent: true });
    const reading = newServer({ requestTimeoutMs: 100, retry: { maxFailures: 1 } }).directory();
    await expect(reading).rejects.toMatchObject({ name: 'AcmeTransportError', failure: 'timeout' });
  });
});

describe('no connection', () => {
  test('nobody listens there', async () => {
    const reading = newServer({ directoryUrl: 'https://127.0.0.1:1/directory' }).directory();
    await expect(reading).rejects.toMatchObject({
      name: 'AcmeTransportError',
      failure: 'connect',
      cause: expect.any(Error),
    });
    await expect(reading).rejects.toThrow(/ECONNREFUSED.*can be reached/);
    expect(slept).toEqual([250, 500, 1_000]);
  });

  test('a server that the root did not sign is not trusted, and not asked twice', async () => {
    const other = await startScriptedCa();
    const reading = newServer({ ca: other.root }).directory();
    await expect(reading).rejects.toMatchObject({ name: 'AcmeTransportError', failure: 'tls' });
    await expect(reading).rejects.toThrow(/root certificate has to be given/);
    expect(slept).toEqual([]);
    await other.stop();
  });

  test('what answers does not speak TLS', async () => {
    const plain = createServer((socket: Socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>(resolve => plain.listen(0, '127.0.0.1', resolve));
    const address = plain.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const reading = newServer({ directoryUrl: `https://127.0.0.1:${port}/`, retry: { maxFailures: 1 } }).directory();
    await expect(reading).rejects.toThrow(AcmeTransportError);
    await new Promise(resolve => plain.close(resolve));
  });
});
