import { RuntimeSocket } from '@certfleet/haproxy';
import { expect, test } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { ask, openInstance, type RuleInput, type Service, startRealServer } from './fixture.js';

/** What a client sends; the host is www.example.com and the path / if it doesn't matter. */
type Sent = { path?: string; host?: string; headers?: Record<string, string> };
type Rule = Omit<RuleInput, 'name'>;

const url = (match: Rule['match'], pattern: string, more: Partial<Rule> = {}): Rule => ({
  field: 'url',
  match,
  pattern,
  ...more,
});
const host = (match: Rule['match'], pattern: string, more: Partial<Rule> = {}): Rule => ({
  ...url(match, pattern, more),
  field: 'host',
});
const header = (name: string, match: Rule['match'], pattern: string, more: Partial<Rule> = {}): Rule => ({
  ...url(match, pattern, more),
  field: 'header',
  header: name,
});
const at = (path: string, hostName = 'www.example.com'): Sent => ({ path, host: hostName });
const withHeader = (name: string, value: string): Sent => ({ headers: { [name]: value } });

/** A rule, requests that it matches, and requests that it doesn't. */
const rules: [string, Rule, Sent[], Sent[]][] = [
  ['url prefix', url('prefix', '/shop'), [at('/shop'), at('/shop/x?y')], [at('/Shop'), at('/a/shop'), at('/?/shop')]],
  ['url suffix', url('suffix', '.php'), [at('/a.php'), at('/a.php?b=c')], [at('/a.php5'), at('/?a.php')]],
  ['url equal', url('equal', '/a'), [at('/a'), at('/a?b')], [at('/a/'), at('/A'), at('/')]],
  ['url regex', url('regex', '^/(a|b)/[0-9]+$'), [at('/a/1'), at('/b/22?c')], [at('/c/1'), at('/a/x'), at('/a/1/')]],
  ['regex anywhere', url('regex', 'b+'), [at('/abc')], [at('/ac')]],
  ['ignore case', url('prefix', '/Shop', { ignoreCase: true }), [at('/sHOP/1')], [at('/sho')]],
  ['ignore case, regex', url('regex', '^/[a-c]$', { ignoreCase: true }), [at('/B')], [at('/D')]],
  ['negate', url('prefix', '/a', { negate: true }), [at('/b')], [at('/a/b')]],
  ['query', url('suffix', 'x=1', { includeQuery: true }), [at('/a?x=1'), at('/x=1')], [at('/a?x=12'), at('/a?x=1&y')]],
  ['query, equal', url('equal', '/a?b=c', { includeQuery: true }), [at('/a?b=c')], [at('/a'), at('/a?b=c&d')]],
  [
    'host and path',
    url('prefix', 'a.example.com/x', { includeHost: true }),
    [at('/x/y', 'a.example.com'), at('/x', 'A.Example.COM:8080')],
    [at('/x', 'b.example.com'), at('/a.example.com/x'), at('/y', 'a.example.com')],
  ],
  [
    'host, path and query',
    url('equal', 'a.example.com/x?y=1', { includeHost: true, includeQuery: true }),
    [at('/x?y=1', 'a.example.com')],
    [at('/x', 'a.example.com'), at('/x?y=1')],
  ],
  [
    'host and path without query',
    url('suffix', '.com/x', { includeHost: true }),
    [at('/x?y', 'a.example.com')],
    [at('/x?/x', 'a.example.org')],
  ],
  [
    'host equal',
    host('equal', 'API.example.com'),
    [at('/', 'api.example.com'), at('/', 'API.EXAMPLE.com:81')],
    [at('/', 'xapi.example.com'), at('/', 'api.example.com.')],
  ],
  ['host prefix', host('prefix', 'api.'), [at('/', 'Api.example.com')], [at('/api.')]],
  ['host suffix', host('suffix', '.example.org'), [at('/', 'a.EXAMPLE.org:80')], [at('/'), at('/.example.org')]],
  ['host regex', host('regex', '^(a|b)\\.'), [at('/', 'b.example.com')], [at('/', 'c.example.com')]],
  ['no such host', host('equal', 'a.example.com', { negate: true }), [at('/')], [at('/', 'a.example.com')]],
  [
    'header prefix',
    header('User-Agent', 'prefix', 'curl/'),
    [withHeader('user-agent', 'curl/8.0')],
    [withHeader('user-agent', 'libcurl/8.0'), {}],
  ],
  [
    'header equal: the whole value',
    header('Accept', 'equal', 'text/html, text/plain'),
    [withHeader('accept', 'text/html, text/plain')],
    [withHeader('accept', 'text/html')],
  ],
  [
    'header suffix, in any case',
    header('X_Kind', 'suffix', 'GOLD', { ignoreCase: true }),
    [withHeader('x_kind', 'pure gold')],
    [withHeader('x_kind', 'golden')],
  ],
  [
    'the host as a header, with its port and by case',
    header('Host', 'suffix', '.com:81'),
    [at('/', 'a.example.com:81')],
    [at('/', 'a.example.com'), at('/', 'a.example.COM:81')],
  ],
  [
    'the host as a header, in any case',
    header('Host', 'prefix', 'a.', { ignoreCase: true }),
    [at('/', 'A.example.com:81')],
    [at('/', 'b.a.example.com')],
  ],
  ['header regex', header('Cookie', 'regex', '(^|; )beta=1'), [withHeader('cookie', 'a=b; beta=1')], [{}]],
  ['header is not there', header('Cookie', 'regex', '.', { negate: true }), [{}], [withHeader('cookie', 'a=b')]],
  ['looks like a flag', url('prefix', '-i', { negate: true }), [at('/')], []],
  ['looks like a condition', url('prefix', '/} or { always_true }', { negate: true }), [at('/')], []],
  ['looks like an expression', url('equal', '/%[src]'), [at('/%[src]')], [at('/127.0.0.1')]],
  ['quotes and a dollar', url('equal', '/"$HOME"'), [at('/"$HOME"')], [at('/')]],
  ['a backslash', url('regex', '^/a\\.b$'), [at('/a.b')], [at('/axb')]],
];

/** A service for each rule: one sub virtual service with this rule, and real servers for the rest. */
async function startRules(list: readonly Rule[]) {
  const [taken, rest] = [await startRealServer('taken'), await startRealServer('rest')];
  const contentRules = list.map((rule, i) => ({ ...rule, name: `rule@${i}` }));
  const virtualServices: Service[] = [];
  for (const [i, { name }] of contentRules.entries())
    virtualServices.push({
      index: 100 + i,
      type: 'http',
      address: '127.0.0.1',
      port: await freePort(),
      realServers: [{ index: 1, ...rest }],
      subVirtualServices: [{ index: 10_000 + i, contentRules: [name], realServers: [{ index: 1, ...taken }] }],
    });
  const instance = await openInstance();
  await instance.start({ contentRules, virtualServices });
  const services = virtualServices.map(
    ({ port }) =>
      async ({ path = '/', host: hostName = 'www.example.com', headers }: Sent) => {
        try {
          return (await ask(port, { path, headers: { host: hostName, ...headers } })).body;
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        }
      },
  );
  return { instance, services };
}

test('which requests a rule takes', async () => {
  const { services } = await startRules(rules.map(([, rule]) => rule));
  const wrong: string[] = [];
  for (const [i, [name, , matching, others]] of rules.entries())
    for (const [sent, expected] of [
      ...matching.map(each => [each, 'taken'] as const),
      ...others.map(each => [each, 'rest'] as const),
    ]) {
      const got = await services[i]?.(sent);
      if (got !== expected) wrong.push(`${name}: ${JSON.stringify(sent)} was ${got}, not ${expected}`);
    }
  expect(wrong).toEqual([]);
});

test('what must fail is refused without an answer, and takes nothing; a challenge comes first', async () => {
  const { instance, services } = await startRules([
    url('prefix', '/admin', { mustFail: true, ignoreCase: true }),
    header('User-Agent', 'regex', '.', { mustFail: true, negate: true }),
    url('prefix', '/', { mustFail: true }),
  ]);
  const [admin, agent, everything] = services;
  expect(await admin?.(at('/ADMIN/x'))).toBe('ECONNRESET');
  expect(await admin?.(at('/'))).toBe('rest');
  expect(await agent?.({})).toBe('ECONNRESET');
  expect(await agent?.(withHeader('user-agent', 'x'))).toBe('rest');

  const challenge = { token: 'token', keyAuthorization: 'token.thumbprint' };
  await instance.challenges.present([challenge]);
  const sent = at('/.well-known/acme-challenge/token');
  expect(await everything?.(sent)).toBe(challenge.keyAuthorization);
  await instance.challenges.cleanUp([challenge.token]);
  expect(await everything?.(sent)).toBe('ECONNRESET');
});

test('the order of sub virtual services, any of several rules, and who takes what is left', async () => {
  const contentRules: RuleInput[] = [
    { name: 'a', ...url('prefix', '/a') },
    { name: 'b', ...url('prefix', '/b') },
    { name: 'ab', ...url('regex', '^/(ab|b)') },
    { name: 'x', ...url('suffix', 'x') },
    { name: 'secret', ...url('prefix', '/secret', { mustFail: true }) },
  ];
  const sub = async (index: number, names: string[] | undefined, more = {}) => ({
    index,
    ...(names && { contentRules: names }),
    realServers: [{ index: 1, ...(await startRealServer(String(index))) }],
    ...more,
  });
  const port = await freePort();
  const service: Service = {
    index: 1,
    type: 'http',
    address: '127.0.0.1',
    port,
    realServers: [{ index: 1, ...(await startRealServer('own')) }],
  };
  const instance = await openInstance();
  const answers = async (subVirtualServices: Service['subVirtualServices'], paths: string[]) => {
    await instance.apply({ contentRules, virtualServices: [{ ...service, subVirtualServices }] });
    const bodies = [];
    for (const path of paths)
      bodies.push(
        await ask(port, { path }).then(
          ({ body }) => body,
          ({ code }) => code,
        ),
      );
    return bodies;
  };
  const paths = ['/a', '/ab', '/b', '/cx', '/c', '/secret'];
  const ruled = [await sub(2, ['a', 'x']), await sub(3, ['ab', 'secret'])];
  expect(await answers(ruled, paths)).toEqual(['2', '2', '3', '2', 'own', 'ECONNRESET']);
  // A rule that must fail does so even if a sub virtual service that comes first would take the request.
  const open = await sub(4, []);
  expect(await answers([open, ...ruled], paths)).toEqual(['2', '2', '3', '2', '4', 'ECONNRESET']);
  const byDefault = await sub(5, ['default', 'b']);
  expect(await answers([byDefault, ...ruled, open], paths)).toEqual(['2', '2', '5', '2', '5', 'ECONNRESET']);
  const disabled = await sub(6, ['default', 'secret'], { enabled: false });
  expect(await answers([disabled, open], ['/secret', '/c'])).toEqual(['4', '4']);
  expect(await answers([await sub(7, ['secret'])], ['/secret', '/c'])).toEqual(['ECONNRESET', 'own']);
});

test('two parts that take what is left, and real servers beside them: the first that is up does', async () => {
  const instance = await openInstance();
  const runtime = new RuntimeSocket(instance.paths.runtimeSocket);
  const port = await freePort();
  const server = async (name: string, index = 1) => ({ index, ...(await startRealServer(name)) });
  const service: Service = {
    ...{ index: 1, type: 'http', address: '127.0.0.1', port },
    realServers: [await server('own')],
    subVirtualServices: [
      { index: 2, minimumServers: 2, realServers: [await server('first'), await server('first', 2)] },
      { index: 3, contentRules: ['default'], realServers: [await server('second')] },
    ],
  };
  await instance.start({ virtualServices: [service] });
  const answer = async () => [(await ask(port)).body, (await instance.readStatus())[0]?.state];
  expect(await answer()).toEqual(['first', 'up']);
  await runtime.run('set server pool2/rs2 state maint');
  expect(await answer()).toEqual(['second', 'up']);
  await runtime.run('set server pool3/rs1 state maint');
  expect(await answer()).toEqual(['own', 'up']);
  await runtime.run('set server pool1/rs1 state maint');
  expect((await ask(port)).status).toBe(503);
  expect((await instance.readStatus())[0]?.state).toBe('down');
});
