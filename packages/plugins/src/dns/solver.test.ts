import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PluginError, type Presentation, parseConfig, secret } from '../plugin.js';
import type { Ports } from '../ports.js';
import { type DnsClient, DnsError, type TxtAnswer } from './client.js';
import type { DnsServer } from './exchange.js';
import { type DnsProvider, defineDnsProvider, type TxtValues } from './provider.js';
import { dnsSolver } from './solver.js';

const { signal } = new AbortController();

interface Calls {
  added: [zone: string, records: readonly TxtValues[]][];
  removed: [zone: string, records: readonly TxtValues[]][];
  held: string[][];
}

interface World {
  aliases?: Record<string, string>;
  zones?: readonly string[];
  /** What a server, by its address, answers for any name. */
  answers?: Record<string, TxtAnswer | DnsError>;
  nameServers?: { name: string; servers: DnsServer[] }[];
  provider?: Partial<DnsProvider>;
}

/** A solver of a provider that only remembers, in a DNS as it is told. */
function world({
  aliases = {},
  zones = ['example.org', 'example.com'],
  answers = {},
  nameServers = [],
  provider = {},
}: World) {
  const calls: Calls = { added: [], removed: [], held: [] };
  const solver = dnsSolver(
    defineDnsProvider({
      type: 'memory',
      title: 'Memory',
      config: z.object({ token: secret(z.string()) }),
      neverRunAgainst: '',
      findZone: async (_, candidates) => candidates.find(candidate => zones.includes(candidate)) ?? null,
      add: async (_, zone, records) => void calls.added.push([zone, records]),
      remove: async (_, zone, records) => void calls.removed.push([zone, records]),
      test: async () => zones,
      ...provider,
    }) as DnsProvider,
  );
  const dns = {
    cname: async (name: string) => aliases[name] ?? null,
    nameservers: async () => nameServers,
    addresses: async () => ['192.0.2.1', '2001:db8::1'],
    txt: async (_: string, { server }: { server: DnsServer }) => {
      const answer = answers[server.address] ?? { values: [], authoritative: true, rcode: 'NXDOMAIN' };
      if (answer instanceof DnsError) throw answer;
      return answer;
    },
  } as unknown as DnsClient;
  const leases: Ports['leases'] = {
    async hold(names, outer, work) {
      calls.held.push([...names]);
      return work(outer);
    },
  };
  return { solver, calls, ports: { dns, leases } as Ports };
}

const configured = (solver: ReturnType<typeof dnsSolver>, more: Record<string, unknown> = {}) =>
  parseConfig(solver, { token: 'hushhush', ...more });

const presentation = (identifier: string, value: string, place: string | null = null): Presentation => ({
  ...{ type: 'dns-01', identifier, token: 't', value, place },
});
const at = (name: string, zone: string) => JSON.stringify({ name, zone });

describe('where a challenge goes', () => {
  test('the longest zone, at the end of the aliases; a wildcard and its apex at the same name', async () => {
    const { solver, ports } = world({
      zones: ['example.org', 'deep.example.org', 'example.com'],
      aliases: { '_acme-challenge.alias.example.net': 'x.y.example.com' },
    });
    const asked = ['www.deep.example.org', 'WWW.example.org', 'alias.example.net', 'www.deep.example.org'];
    const presentations = asked.map(identifier => presentation(identifier, 'v'));
    expect(await solver.locate?.(configured(solver), presentations, ports, signal)).toEqual([
      at('_acme-challenge.www.deep.example.org', 'deep.example.org'),
      at('_acme-challenge.www.example.org', 'example.org'),
      at('x.y.example.com', 'example.com'),
      at('_acme-challenge.www.deep.example.org', 'deep.example.org'),
    ]);
  });

  test.each<[string, World, string]>([
    [
      'no zone',
      { zones: ['example.net'] },
      'This account has no zone for _acme-challenge.a.example.org: it would be one of _acme-challenge.a.example.org, a.example.org, example.org. It has example.net.',
    ],
    [
      'an alias into a zone that the account has not',
      { aliases: { '_acme-challenge.a.example.org': 'lb.cdn.example' } },
      'Aliases (CNAME) were followed: _acme-challenge.a.example.org → lb.cdn.example.',
    ],
    ['no zone at all', { zones: [] }, 'It sees no zone at all.'],
    [
      'more aliases than anyone follows',
      {
        aliases: Object.fromEntries([
          ['_acme-challenge.a.example.org', 'a0.example.org'],
          ...Array.from({ length: 12 }, (_, n) => [`a${n}.example.org`, `a${n + 1}.example.org`]),
        ]),
      },
      'is more than 10 aliases deep: _acme-challenge.a.example.org → a0.example.org →',
    ],
  ])('%s: says so', async (_, given, message) => {
    const { solver, ports } = world(given);
    const located = solver.locate?.(configured(solver), [presentation('a.example.org', 'v')], ports, signal);
    await expect(located).rejects.toMatchObject({ reason: 'config', message: expect.stringContaining(message) });
  });
});

describe('writing and taking away', () => {
  const presentations = [
    presentation('a.example.org', 'one', at('_acme-challenge.a.example.org', 'example.org')),
    presentation('a.example.org', 'two', at('_acme-challenge.a.example.org', 'example.org')),
    presentation('b.example.org', 'three', at('_acme-challenge.b.example.org', 'example.org')),
    presentation('c.example.com', 'four', at('_acme-challenge.c.example.com', 'example.com')),
  ];
  const byZone = [
    [
      'example.org',
      [
        { name: '_acme-challenge.a.example.org', values: ['one', 'two'] },
        { name: '_acme-challenge.b.example.org', values: ['three'] },
      ],
    ],
    ['example.com', [{ name: '_acme-challenge.c.example.com', values: ['four'] }]],
  ];

  test('one call for each zone, under a lease on its record sets', async () => {
    const { solver, calls, ports } = world({});
    await solver.present(configured(solver), presentations, ports, signal);
    expect(calls.added).toEqual(byZone);
    const held = [
      ['record-set:_acme-challenge.a.example.org', 'record-set:_acme-challenge.b.example.org'],
      ['record-set:_acme-challenge.c.example.com'],
    ];
    expect(calls.held).toEqual(held);
    await solver.cleanUp(configured(solver), presentations, ports, signal);
    expect(calls.removed).toEqual(byZone);
    expect(calls.held).toEqual([...held, ...held]);
  });

  test('what was never written is not looked for', async () => {
    const { solver, calls, ports } = world({});
    await solver.cleanUp(configured(solver), [presentation('a.example.org', 'one')], ports, signal);
    expect(calls).toEqual({ added: [], removed: [], held: [] });
  });

  test("one zone's failure does not keep the others from being cleaned up", async () => {
    const removed: string[] = [];
    const remove: DnsProvider['remove'] = async (_, zone) => {
      if (zone === 'example.org') throw new PluginError('unavailable', 'away');
      removed.push(zone);
    };
    const { solver, ports } = world({ provider: { remove } });
    const cleaned = solver.cleanUp(configured(solver), presentations, ports, signal);
    await expect(cleaned).rejects.toMatchObject({ reason: 'unavailable', message: 'away' });
    expect(removed).toEqual(['example.com']);
  });

  test.each<[string, Error, Partial<PluginError>]>([
    [
      'a defect',
      new Error('POST /?token=hushhush failed'),
      { reason: 'unavailable', message: 'Memory: POST /?token=••• failed' },
    ],
    [
      'its own error',
      new PluginError('rateLimited', 'hushhush is too fast', { retryAfterMs: 5 }),
      { reason: 'rateLimited', message: '••• is too fast', retryAfterMs: 5 },
    ],
    ['the DNS', new DnsError('SERVFAIL', 'It failed.'), { reason: 'unavailable', message: 'It failed.' }],
  ])('%s in a provider becomes an error without a secret', async (_, thrown, expected) => {
    const add = () => Promise.reject(thrown);
    const { solver, ports } = world({ provider: { add } });
    const error = await solver.present(configured(solver), presentations, ports, signal).catch(caught => caught);
    expect(error).toBeInstanceOf(PluginError);
    expect(error).toMatchObject(expected);
    expect(JSON.stringify([error.stack, error.cause?.stack])).not.toContain('hushhush');
  });
});

describe('whether all name servers show a value', () => {
  const shown: TxtAnswer = { values: ['other', 'one'], authoritative: true, rcode: 'NOERROR' };
  const presentations = [presentation('a.example.org', 'one', at('_acme-challenge.a.example.org', 'example.org'))];
  const server = (address: string): DnsServer => ({ address, port: 53 });
  const ns = (name: string, ...addresses: string[]) => ({ name, servers: addresses.map(server) });
  const noRoute = new DnsError('no-route', 'ENETUNREACH');
  const silent = new DnsError('timeout', 'No answer.');

  test.each<[string, World, Record<string, unknown>, string | null]>([
    [
      'all do',
      {
        nameServers: [ns('ns1', '192.0.2.1'), ns('ns2', '192.0.2.2')],
        answers: { '192.0.2.1': shown, '192.0.2.2': shown },
      },
      {},
      null,
    ],
    [
      'one address of one does not',
      { nameServers: [ns('ns1', '192.0.2.1', '192.0.2.2')], answers: { '192.0.2.1': shown } },
      {},
      'ns1 (192.0.2.2) says that _acme-challenge.a.example.org does not exist, where "one" should be.',
    ],
    [
      'one has another value',
      { nameServers: [ns('ns1', '192.0.2.1')], answers: { '192.0.2.1': { ...shown, values: ['other'] } } },
      {},
      'ns1 (192.0.2.1) has other TXT values at _acme-challenge.a.example.org: "other", where "one" should be.',
    ],
    [
      'one has another record at the name',
      { nameServers: [ns('ns1', '192.0.2.1')], answers: { '192.0.2.1': { ...shown, values: [] } } },
      {},
      'ns1 (192.0.2.1) has no TXT record at _acme-challenge.a.example.org, where "one" should be.',
    ],
    [
      'one is no authority, and only remembers',
      { nameServers: [ns('ns1', '192.0.2.1')], answers: { '192.0.2.1': { ...shown, authoritative: false } } },
      {},
      'ns1 (192.0.2.1) is a name server of the zone, but says that it is no authority for _acme-challenge.a.example.org.',
    ],
    [
      'this machine has no IPv6',
      { nameServers: [ns('ns1', '192.0.2.1', '2001:db8::1')], answers: { '192.0.2.1': shown, '2001:db8::1': noRoute } },
      {},
      null,
    ],
    [
      'IPv6 of this machine leads nowhere, and IPv4 shows it all',
      { nameServers: [ns('ns1', '192.0.2.1', '2001:db8::1')], answers: { '192.0.2.1': shown, '2001:db8::1': silent } },
      {},
      null,
    ],
    [
      'an IPv6 address shows something else than IPv4',
      {
        nameServers: [ns('ns1', '192.0.2.1', '2001:db8::1')],
        answers: { '192.0.2.1': shown, '2001:db8::1': { ...shown, values: [] } },
      },
      {},
      'ns1 (2001:db8::1) has no TXT record at _acme-challenge.a.example.org, where "one" should be.',
    ],
    [
      'there is nothing but a silent IPv6 address',
      {
        nameServers: [ns('ns1', '2001:db8::1'), ns('ns2', '192.0.2.2')],
        answers: { '2001:db8::1': silent, '192.0.2.2': shown },
      },
      {},
      'ns1 (2001:db8::1): No answer. Does IPv6 of this machine work?',
    ],
    [
      'this machine reaches none of its addresses',
      {
        nameServers: [ns('ns1', '2001:db8::1'), ns('ns2', '192.0.2.2')],
        answers: { '2001:db8::1': noRoute, '192.0.2.2': shown },
      },
      {},
      'No address of the name server ns1 can be reached from here.',
    ],
    ['one has no address', { nameServers: [ns('ns1')] }, {}, 'The name server ns1 has no address.'],
    [
      'one does not answer',
      {
        nameServers: [ns('ns1', '192.0.2.1'), ns('ns2', '192.0.2.2')],
        answers: { '192.0.2.1': silent, '192.0.2.2': shown },
      },
      {},
      'ns1 (192.0.2.1): No answer.',
    ],
    [
      'others were configured, which need be no authorities',
      {
        nameServers: [ns('ns1', '192.0.2.9')],
        answers: { '192.0.2.3': { ...shown, authoritative: false }, '192.0.2.1': shown, '2001:db8::1': shown },
      },
      { nameservers: ['192.0.2.3:5353', 'ns.inside.example'] },
      null,
    ],
    [
      'none answers, so it may be this machine that may not ask',
      {
        nameServers: [ns('ns1', '192.0.2.1'), ns('ns2', '192.0.2.2', '2001:db8::2')],
        answers: { '192.0.2.1': silent, '192.0.2.2': silent, '2001:db8::2': noRoute },
      },
      {},
      'ns1 (192.0.2.1): No answer. From here no name server of example.org can be asked, perhaps because port 53 is closed: give this account nameservers that can be, or propagationSeconds=0 and settleSeconds.',
    ],
    ['nobody is to be asked', { nameServers: [ns('ns1', '192.0.2.1')] }, { propagationSeconds: 0 }, null],
  ])('%s', async (_, given, settings, reason) => {
    const { solver, ports } = world(given);
    const seen = await solver.look?.(configured(solver, settings), presentations, ports, signal);
    expect(seen).toEqual(reason === null ? { seen: true } : { seen: false, reason, patience: 300_000 });
  });
});

test.each([{ propagationSeconds: 0 }, {}])('how long to let it settle is told with what is seen: %j', async more => {
  const { solver, ports } = world({ nameServers: [], aliases: {} });
  const config = configured(solver, { settleSeconds: 90, ...more });
  const presentations = [presentation('a.example.org', 'one', at('_acme-challenge.a.example.org', 'example.org'))];
  expect(await solver.look?.(config, presentations, ports, signal)).toEqual({ seen: true, settle: 90_000 });
});

test('what can be used once at a time: zones one after the other, each run under its lease', async () => {
  let under = 0;
  const run = async () => {
    under += 1;
    await Promise.resolve();
    expect(under).toBe(1);
    under -= 1;
    return '';
  };
  const { solver, calls, ports } = world({
    provider: {
      exclusive: () => ['program:update'],
      add: async (_config, _zone, _records, { hooks, timeoutMs, signal, secrets }) =>
        void (await hooks.run('update', { argv: [], timeoutMs, signal, secrets })),
    },
  });
  const zones = ['example.org', 'example.com', 'example.net'];
  const given = zones.map(zone => presentation(`a.${zone}`, 'v', at(`a.${zone}`, zone)));
  const hooks = { run } as unknown as Ports['hooks'];
  await solver.present(configured(solver), given, { ...ports, hooks }, signal);
  expect(calls.held).toEqual(zones.flatMap(zone => [[`record-set:a.${zone}`], ['program:update']]));
});

test('a trial: the zones, and where the challenge of a wildcard goes', async () => {
  const { solver, ports } = world({ nameServers: [{ name: 'ns1.example.org', servers: [] }] });
  expect(await solver.test?.(configured(solver), null, ports, signal)).toEqual({
    zones: ['example.org', 'example.com'],
    record: null,
  });
  expect(await solver.test?.(configured(solver), '*.www.example.org', ports, signal)).toMatchObject({
    record: { name: '_acme-challenge.www.example.org', zone: 'example.org', nameServers: ['ns1.example.org'] },
  });
});

test.each([
  ['ns1.example.org', true],
  ['ns1.example.org:5353', true],
  ['192.0.2.1:5353', true],
  ['[2001:db8::1]:5353', true],
  ['2001:db8::1', true],
  ['https://ns1.example.org', false],
  ['ns1.example.org:', false],
  ['192.0.2.1:99999', false],
])('a name server %s: %s', (server, good) => {
  const { solver } = world({});
  expect(solver.config.safeParse({ token: 'x', nameservers: [server] }).success).toBe(good);
});
