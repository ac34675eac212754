import { once } from 'node:events';
import { createServer, type RequestListener, type RequestOptions, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DnsClient, DnsError } from '../../../packages/plugins/src/dns/client.js';
import { describeSight, type HttpPorts, lookOverHttp } from '../../../packages/plugins/src/http-look.js';
import { createLocalIdentity } from '../../harness/identity.js';

/** The internet is not there in tests: what goes to TEST-NET-2, or to a private address, gets to this machine. */
vi.mock('node:http', async load => {
  const real = await load<typeof import('node:http')>();
  const elsewhere = /^(198\.51\.100|10\.0\.0)\./;
  const request = (options: RequestOptions) =>
    real.request({ ...options, host: options.host?.replace(elsewhere, '127.0.0.') });
  return { ...real, request };
});

const path = '/.well-known/acme-challenge/token';
const { signal } = new AbortController();

/** What the DNS of these tests knows; of other names it says that there is nothing. */
const names: Record<string, string[]> = {
  'www.example.org': ['127.0.0.1'],
  'both.example.org': ['127.0.0.1', '127.0.0.2'],
  'public.example.org': ['198.51.100.1'],
  'private.example.org': ['10.0.0.1'],
  'split.example.org': ['10.0.0.1', '198.51.100.1'],
  'metadata.example.org': ['169.254.169.254'],
  'azure.example.org': ['168.63.129.16'],
  'nat64.example.org': ['64:ff9b::a9fe:a9fe'],
};

const dns = {
  async addresses(name: string) {
    if (name === 'broken.example.org') throw new DnsError('SERVFAIL', 'The resolver answered SERVFAIL.');
    return names[name] ?? [];
  },
} as Partial<DnsClient> as DnsClient;

let plain: Server;
let secure: Server;
let httpPorts: HttpPorts;
let asked: string[] = [];

/** By the path that is asked for: a redirect if it names one, else what the function sends. */
const pages: Record<string, RequestListener> = {
  [path]: (_, response) => response.end('token.thumbprint\n'),
  '/missing': (_, response) => response.writeHead(404).end('<h1>Not\tfound</h1>'),
  '/endless': (_, response) => {
    response.on('close', () => clearInterval(timer));
    const timer = setInterval(() => response.write('x'.repeat(1024)), 1);
  },
  '/silent': () => undefined,
  '/broken': request => request.socket.destroy(),
  '/upgrade': request => {
    request.socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
  },
  '/unfinished': request => request.socket.write('HTTP/1.1 200 OK\r\n\r\ntoken.thumbprint'),
};

const listener: RequestListener = (request, response) => {
  asked.push(`${request.headers.host} ${request.url}`);
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://name');
  const to = searchParams.get('to');
  if (to !== null) return void response.writeHead(302, { location: to }).end();
  const left = /^\/loop\/(\d+)$/.exec(pathname)?.[1];
  if (left !== undefined) {
    const next = Number(left) - 1;
    return void response.writeHead(301, { location: next > 0 ? `/loop/${next}` : path }).end();
  }
  (pages[pathname] ?? pages['/missing'])?.(request, response);
};

beforeAll(async () => {
  const { certificatePem: cert, privateKeyPem: key } = await createLocalIdentity('another');
  plain = createServer(listener).listen(0, '127.0.0.1');
  secure = createTlsServer({ cert, key }, listener).listen(0, '127.0.0.1');
  await Promise.all([once(plain, 'listening'), once(secure, 'listening')]);
  httpPorts = { http: (plain.address() as AddressInfo).port, https: (secure.address() as AddressInfo).port };
});
afterAll(() => {
  for (const server of [plain, secure]) {
    server.closeAllConnections();
    server.close();
  }
});

const look = (host: string, at: string, timeoutMs = 5000) =>
  lookOverHttp(host, at, { dns, httpPorts, signal, timeoutMs });
const redirect = (to: string) => `/?to=${encodeURIComponent(to)}`;

describe('looking over HTTP as a CA does', () => {
  test('answers of every address, with what stands at the path itself', async () => {
    asked = [];
    const [first, second, ...rest] = await look('both.example.org', path);
    expect(rest).toEqual([]);
    expect(first).toEqual({
      outcome: 'answered',
      address: '127.0.0.1',
      url: `http://both.example.org${path}`,
      status: 200,
      body: 'token.thumbprint\n',
      beginning: 'token.thumbprint',
    });
    expect(second).toMatchObject({ outcome: 'failed', address: '127.0.0.2', reason: 'connection refused' });
    expect(asked).toEqual([`both.example.org ${path}`]);
  });

  test.each<[string, host: string, path: string, words: RegExp]>([
    [
      '404, with how it begins',
      'www.example.org',
      '/missing',
      /^http:.* at 127\.0\.0\.1 answered 404: "<h1>Not found</,
    ],
    ['ten redirects', 'www.example.org', '/loop/10', /answered 200$/],
    ['eleven', 'www.example.org', '/loop/11', /more than 10 redirects$/],
    [
      'to https, whoever has signed its certificate',
      'www.example.org',
      redirect(`https://www.example.org${path}`),
      /^https:.* answered 200$/,
    ],
    ['to another name', 'www.example.org', redirect(`//both.example.org${path}`), /^http:\/\/both.* answered 200$/],
    [
      'to a name without addresses',
      'www.example.org',
      redirect('http://none.example.org/'),
      /none\.example\.org, which has no address$/,
    ],
    ['to a name whose DNS fails', 'www.example.org', redirect('http://broken.example.org/'), /answered SERVFAIL$/],
    [
      'to another port',
      'www.example.org',
      redirect('http://www.example.org:6379/'),
      /:6379; CAs follow to the ports 80 and 443 only$/,
    ],
    ['to an address', 'www.example.org', redirect('http://127.0.0.1/'), /CAs follow to names only, not to addresses$/],
    ['to an IPv6 address', 'www.example.org', redirect('http://[::1]/'), /CAs follow to names only, not to addresses$/],
    ['to another scheme', 'www.example.org', redirect('file:///etc/passwd'), /which is not HTTP$/],
    [
      'to cloud metadata by a name',
      'www.example.org',
      redirect('http://metadata.example.org/'),
      /link-local, or of cloud metadata$/,
    ],
    ['of cloud metadata itself', 'metadata.example.org', path, /link-local, or of cloud metadata$/],
    ['of what Azure has instead', 'azure.example.org', path, /link-local, or of cloud metadata$/],
    ['of cloud metadata by NAT64', 'nat64.example.org', path, /link-local, or of cloud metadata$/],
    ['another protocol', 'www.example.org', '/upgrade', /it answered 101, .* CAs do not follow$/],
    ['another protocol after a redirect', 'www.example.org', redirect('/upgrade'), /it answered 101, /],
    ['of an IP address', '127.0.0.1', path, /answered 200: "token\.thumbprint"$/],
    ['a connection that breaks', 'www.example.org', '/broken', /(socket hang up|connection reset)$/],
  ])('%s', async (_, host, at, words) => {
    const [sight] = await look(host, at);
    expect(sight && describeSight(sight)).toMatch(words);
  });

  test.each<[from: string, to: string, asks: boolean]>([
    ['public', 'public', true],
    ['public', 'private', false],
    ['public', 'www', false],
    ['public', 'split', true],
    ['private', 'public', true],
    ['private', 'private', true],
    ['private', 'www', false],
    ['www', 'private', true],
    ['www', 'www', true],
  ])('a redirect of %s.example.org to %s.example.org is followed: %s', async (from, to, asks) => {
    asked = [];
    const [sight] = await look(`${from}.example.org`, redirect(`http://${to}.example.org/admin?reboot=now`));
    expect(asked.includes(`${to}.example.org /admin?reboot=now`)).toBe(asks);
    const refusal = new RegExp(
      `redirects to ${to}\\.example\\.org, which leads inside to .*; public CAs don't get there$`,
    );
    if (!asks) expect(sight && describeSight(sight)).toMatch(refusal);
  });

  test('no detour by a public name leads back inside', async () => {
    asked = [];
    const back = `http://public.example.org${redirect('http://private.example.org/admin')}`;
    await look('private.example.org', redirect(back));
    expect(asked.map(line => line.split(' ')[0])).toEqual(['private.example.org', 'public.example.org']);
  });

  test('what came back after a redirect to another path is not shown', async () => {
    const [sight] = await look('www.example.org', redirect('/missing'));
    expect(sight).toMatchObject({ outcome: 'answered', status: 404, beginning: null });
  });

  test('an endless answer is read as far as it matters', async () => {
    const [sight] = await look('www.example.org', '/endless');
    expect(sight).toMatchObject({ outcome: 'answered', status: 200, body: 'x'.repeat(2048) });
  });

  test('silence ends', async () => {
    const [sight] = await look('www.example.org', '/silent', 100);
    expect(sight).toMatchObject({ outcome: 'failed', reason: 'no answer within 0.1 s' });
  });

  test('so does an answer that begins well and never ends', async () => {
    const [sight] = await look('www.example.org', '/unfinished', 100);
    expect(sight).toMatchObject({ outcome: 'failed', reason: 'no answer within 0.1 s' });
  });

  test('a name without addresses is asked nowhere; a DNS that fails is thrown', async () => {
    expect(await look('none.example.org', path)).toEqual([]);
    await expect(look('broken.example.org', path)).rejects.toThrow('SERVFAIL');
  });
});
