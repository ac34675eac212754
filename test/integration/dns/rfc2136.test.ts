/** DNS updates with TSIG against a real BIND. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type DnsClient, type PluginError, type ProviderIo, parseConfig, zoneCandidates } from '@certfleet/plugins';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { rfc2136Provider } from '../../../packages/plugins/src/dns/rfc2136.js';
import { type Bind, startBind } from '../../harness/bind.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

const zones = ['example.org', 'deep.example.org', 'example.com'];

describe.each(['udp', 'tcp'] as const)('over %s', transport => {
  describeDnsProvider(rfc2136Provider, async () => {
    const bind = await startBind({ zones });
    const { keySecret, ...key } = bind.keys[0];
    const config = { server: bind.address, transport, ...key, keySecret };
    const wrong = Buffer.alloc(32, 7).toString('base64');
    const [admin] = bind.keys;
    return {
      config,
      zone: 'example.org',
      deeperZone: 'deep.example.org',
      foreignZone: 'example.net',
      dns: bind.client,
      txt: name => bind.txt(name),
      put: (name, values) => {
        const settings = parseConfig(rfc2136Provider, { server: bind.address, ...admin });
        return rfc2136Provider.add(settings, 'example.org', [{ name, values }], ioOf(bind));
      },
      wrongCredentials: { config: { ...config, keySecret: wrong }, secret: wrong },
      throttle: null,
      fail: null,
      stop: () => bind.stop(),
    };
  }, ['throttling', 'failures']);
});

function ioOf({ client }: { client: DnsClient }): ProviderIo {
  return providerIo({ dns: client });
}

describe('what BIND says', () => {
  let bind: Bind;
  beforeAll(async () => {
    bind = await startBind({
      zones: [...zones, 'lan'],
      failing: ['broken.example'],
      records: { 'example.org': ['host A 127.0.0.1', 'elsewhere NS ns.elsewhere', 'ns.elsewhere A 127.0.0.3'] },
    });
  });
  afterAll(() => bind.stop());

  const settings = (overrides: Record<string, unknown> = {}) =>
    parseConfig(rfc2136Provider, { server: bind.address, ...bind.keys[0], ...overrides });
  const add = (overrides: Record<string, unknown>, name = '_acme-challenge.host.example.org', zone = 'example.org') =>
    rfc2136Provider.add(settings(overrides), zone, [{ name, values: ['value'] }], ioOf(bind));

  test.each(['hmac-sha256', 'hmac-sha384', 'hmac-sha512'])(
    'takes an update signed with %s, whatever the case',
    async algorithm => {
      const key = bind.keys.find(({ keyAlgorithm }) => keyAlgorithm === algorithm);
      const name = `_acme-challenge.${algorithm}.example.org`;
      await add({ ...key, keyName: `${key?.keyName.toUpperCase()}.`, zone: 'EXAMPLE.org.' }, name);
      expect(await bind.txt(name)).toEqual(['value']);
    },
  );

  test.each<[string, Record<string, unknown>, PluginError['reason'], RegExp]>([
    ['a key that it does not know', { keyName: 'other.key' }, 'credentials', /knows no key other\.key for hmac-sha256/],
    ['another algorithm', { keyAlgorithm: 'hmac-sha512' }, 'credentials', /name and algorithm have to be those/],
    ['another secret', { keySecret: 'c2VjcmV0IHNlY3JldA==' }, 'credentials', /BADSIG: the secret of the key/],
    ['a zone configured that it has not', { zone: 'example.net' }, 'config', /NOTAUTH .*not this zone's primary/],
  ])('%s', async (_, overrides, reason, message) => {
    const trial = rfc2136Provider.test(settings(overrides), ioOf(bind));
    await expect(trial).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  test('a key that may change nothing', async () => {
    await expect(add(bind.powerlessKey as never)).rejects.toMatchObject({
      reason: 'credentials',
      message: expect.stringMatching(
        /REFUSED .*powerless\.key may not change TXT records of _acme-challenge\.host\.example\.org\. Allow it/,
      ),
    });
    expect(await bind.txt('_acme-challenge.host.example.org')).toEqual([]);
  });

  test('a name outside of the zone', async () => {
    await expect(add({}, '_acme-challenge.example.com')).rejects.toMatchObject({
      reason: 'config',
      message: expect.stringMatching(/NOTZONE .*_acme-challenge\.example\.com is not in it/),
    });
  });

  test('a zone that it was told of is the only one it has', async () => {
    const find = (name: string) =>
      rfc2136Provider.findZone?.(settings({ zone: 'example.org' }), zoneCandidates(name), ioOf(bind));
    expect(await find('_acme-challenge.www.example.org')).toBe('example.org');
    expect(await find('_acme-challenge.www.deep.example.org')).toBe('example.org');
    expect(await find('_acme-challenge.example.com')).toBeNull();
  });

  test('a zone of one label, for names of a private CA', async () => {
    for (const zone of ['lan', undefined]) {
      const found = rfc2136Provider.findZone?.(
        settings({ zone }),
        zoneCandidates('_acme-challenge.host.lan'),
        ioOf(bind),
      );
      expect(await found).toBe('lan');
    }
  });

  test.each<[string, string, PluginError['reason'], RegExp]>([
    ['a zone that it could not load', 'www.broken.example', 'unavailable', /answered SERVFAIL when asked for the zone/],
    ['a zone that it leaves to others', 'www.elsewhere.example.org', 'config', /is no authority .*primary as server/],
  ])('%s is told from one that the account has not', async (_, name, reason, message) => {
    const found = rfc2136Provider.findZone?.(settings(), zoneCandidates(name), ioOf(bind));
    await expect(found).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  describe('datagrams that are no answers', () => {
    /** Between us and BIND: sends something of its own for each question, and what BIND answers if that is asked for. */
    async function startMeddler(first: (question: Buffer) => Buffer, passes: boolean): Promise<string> {
      const socket = createSocket('udp4');
      const upstream = createSocket('udp4');
      let port = 0;
      socket.on('message', (question, sender) => {
        port = sender.port;
        socket.send(first(question), port, sender.address);
        if (passes) upstream.send(question, bind.primary.port, bind.primary.address);
      });
      upstream.on('message', answer => socket.send(answer, port, '127.0.0.1'));
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      onTestFinished(() => {
        socket.close();
        upstream.close();
      });
      return `127.0.0.1:${socket.address().port}`;
    }
    /** The question as an answer with this RCODE, without its signature. */
    const unsigned = (rcode: number) => (question: Buffer) => {
      const end = question.indexOf(Buffer.from([0, 0, 6, 0, 1]), 12) + 5;
      const answer = Buffer.from(question.subarray(0, end));
      answer.writeUInt16BE((question.readUInt16BE(2) | 0x8000) + rcode, 2);
      for (const count of [6, 8, 10]) answer.writeUInt16BE(0, count);
      return answer;
    };
    const unreadable = (question: Buffer) => {
      const answer = Buffer.concat([unsigned(0)(question), Buffer.alloc(10, 0xff)]);
      answer.writeUInt16BE(1, 10);
      return answer;
    };

    test.each([
      ['can not be read', unreadable],
      ['is not signed', unsigned(5)],
    ])('one that %s is passed over: the right one comes after it', async (_, first) => {
      const server = await startMeddler(first, true);
      expect(await rfc2136Provider.test(settings({ server, zone: 'example.org' }), ioOf(bind))).toEqual([
        'example.org',
      ]);
    });

    test.each<[string, (question: Buffer) => Buffer, PluginError['reason'], RegExp]>([
      ['can not be read', unreadable, 'unavailable', /answered what can't be read/],
      ['is not signed', unsigned(5), 'config', /answers REFUSED without a signature/],
    ])('one that %s is told of when nothing better comes', async (_, first, reason, message) => {
      const server = await startMeddler(first, false);
      const io = { ...ioOf(bind), timeoutMs: 300 };
      const trial = rfc2136Provider.test(settings({ server, zone: 'example.org' }), io);
      await expect(trial).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
    });
  });

  test('a hundred names in one update, by one answer', async () => {
    const records = Array.from({ length: 300 }, (_, index) => ({
      name: `_acme-challenge.h${index}.example.com`,
      values: [`${'v'.repeat(40)}${index}`, 'w'.repeat(300)],
    }));
    await rfc2136Provider.add(settings(), 'example.com', records, ioOf(bind));
    expect(await bind.allTxt('example.com')).toHaveLength(600);
    await rfc2136Provider.remove(settings(), 'example.com', records, ioOf(bind));
    expect(await bind.allTxt('example.com')).toEqual([]);
  });

  test('a server by its name, with a port', async () => {
    const server = `host.example.org:${bind.primary.port}`;
    expect(await rfc2136Provider.test(settings({ server, zone: 'example.org' }), ioOf(bind))).toEqual(['example.org']);
  });

  test('nobody answers there', async () => {
    const trial = rfc2136Provider.test(settings({ server: '127.0.0.3:9' }), ioOf(bind));
    await expect(trial).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining("127.0.0.3:9 can't be reached"),
    });
  });
});
