import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import {
  type Answer,
  ask,
  openInstance,
  type RuleInput,
  type ServerInput,
  type Service,
  startRealServer,
  startService,
} from './fixture.js';

/** The cookie of a first answer, as a browser sends it back. */
function cookieOf({ headers }: Answer, name: string): string {
  const cookie = headers['set-cookie']?.find(line => line.startsWith(`${name}=`));
  if (cookie === undefined) throw new Error(`no cookie ${name}`);
  return cookie.split(';')[0] ?? '';
}

test('cookie: set once, and who has it stays on its real server, over a reload too', async () => {
  const { port, body, reload } = await startService({ persistence: { type: 'cookie', name: 'SRV.1' } });
  const first = await ask(port);
  expect(first.headers['set-cookie']?.join()).toMatch(/^SRV\.1=\w+; path=\/; HttpOnly$/);
  const headers = { cookie: cookieOf(first, 'SRV.1') };
  const stays = async () => {
    for (let i = 0; i < 4; i += 1) expect(await body({ headers })).toBe(first.body);
  };
  await stays();
  expect((await ask(port, { headers })).headers['set-cookie']).toBeUndefined();
  expect(new Set([await body(), await body()])).toEqual(new Set(['1', '2']));
  await reload();
  await stays();
});

test('cookie: a real server of weight 0 keeps its clients; one that is down loses them', async () => {
  const { port, body, runtime } = await startService({ persistence: { type: 'cookie', name: 'SRV' } });
  const first = await ask(port);
  const headers = { cookie: cookieOf(first, 'SRV') };
  const server = `pool1/rs${first.body}`;
  await runtime.run(`set server ${server} weight 0`);
  expect([await body({ headers }), await body({ headers })]).toEqual([first.body, first.body]);
  await runtime.run(`set server ${server} state maint`);
  const moved = await ask(port, { headers });
  expect(moved.body).not.toBe(first.body);
  expect(cookieOf(moved, 'SRV')).not.toBe(headers.cookie);
});

test('cookie: forgotten after a time without requests', async () => {
  const { port, body } = await startService({ persistence: { type: 'cookie', name: 'SRV', timeoutSeconds: 1 } });
  const first = await ask(port);
  const headers = { cookie: cookieOf(first, 'SRV') };
  expect(await body({ headers })).toBe(first.body);
  // The cookie itself is never renewed here, so it becomes too old.
  await expect.poll(() => body({ headers }), { timeout: 20_000 }).not.toBe(first.body);
});

test('cookie: of one name in two parts of a service, a client stays in both', async () => {
  const realServers: ServerInput[] = [];
  for (const name of ['a', 'b', 'c', 'd'])
    realServers.push({ index: (realServers.length % 2) + 1, ...(await startRealServer(name)) });
  const persistence = { type: 'cookie', name: 'SRV' } as const;
  const instance = await openInstance();
  const port = await freePort();
  const api: RuleInput = { name: 'api', field: 'url', match: 'prefix', pattern: '/api' };
  const part = (index: number, rule: string) => ({
    ...{ index, contentRules: [rule], persistence },
    realServers: realServers.slice(index === 7 ? 0 : 2, index === 7 ? 2 : 4),
  });
  const service: Service = { index: 1, type: 'http', address: '127.0.0.1', port };
  const subVirtualServices = [part(9, 'api'), part(7, 'default')];
  await instance.start({ contentRules: [api], virtualServices: [{ ...service, subVirtualServices }] });
  const cookies = new Map<string, string>();
  const visit = async (path: string) => {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const answer = await ask(port, { path, headers });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer.body;
  };
  const first = [await visit('/'), await visit('/api')];
  for (let i = 0; i < 4; i += 1) expect([await visit('/'), await visit('/api')]).toEqual(first);
  // The older part's is the one that was asked for: it goes on with those who had it before there was another part.
  expect([...cookies.keys()]).toEqual(['SRV', 'SRV-9']);
});

test('server-cookie: who has a cookie of the application stays on the real server that set it, over a reload too', async () => {
  const application = (name: string) =>
    startRealServer((_, response) =>
      response.writeHead(200, { 'set-cookie': `JSESSIONID=${randomUUID()}; Path=/` }).end(name),
    );
  const { port, body, reload, runtime } = await startService(
    { persistence: { type: 'server-cookie', name: 'JSESSIONID', timeoutSeconds: 600 } },
    [await application('1'), await application('2')],
  );
  const clients = [await ask(port), await ask(port), await ask(port)];
  expect(clients.map(({ body }) => body)).toEqual(['1', '2', '1']);
  const stay = async () => {
    for (const client of clients) {
      const headers = { cookie: `other=1; ${cookieOf(client, 'JSESSIONID')}` };
      for (let i = 0; i < 3; i += 1) expect(await body({ headers })).toBe(client.body);
    }
  };
  await stay();
  await reload();
  await stay();
  // What a client shows as its session is not to be read by who may look at tables.
  const session = cookieOf(clients[0] ?? (await ask(port)), 'JSESSIONID').slice('JSESSIONID='.length);
  expect(await runtime.ask('show table pool1')).not.toContain(session.slice(0, 8));
});

test('changing the kind of persistence: what was remembered is of no use, and in nobody’s way', async () => {
  const { port, instance, service, body } = await startService({ persistence: { type: 'source' } });
  const first = await body();
  expect([await body(), await body()]).toEqual([first, first]);
  const persistence = { type: 'server-cookie', name: 'SESSION' } as const;
  expect(await instance.apply({ virtualServices: [{ ...service, persistence }] })).toMatchObject({
    action: 'reloaded',
  });
  expect(new Set([await body(), await body()])).toEqual(new Set(['1', '2']));
  // A session that HAProxy has not seen the beginning of stays where it comes to first.
  const headers = { cookie: 'SESSION=from-before' };
  const again = await body({ headers });
  await body();
  expect([(await ask(port, { headers })).body, await body({ headers })]).toEqual([again, again]);
});
