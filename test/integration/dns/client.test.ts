/** The DNS client against a real BIND, and against servers that say nothing or nonsense. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { DnsClient, type DnsServer } from '@certfleet/plugins';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Bind, startBind } from '../../harness/bind.js';
import { freePort } from '../../harness/ports.js';

let bind: Bind;
let client: DnsClient;
beforeAll(async () => {
  const long = Array.from({ length: 40 }, (_, index) => `many TXT "${String(index).padStart(43, 'v')}"`);
  bind = await startBind({
    zones: ['example.org', 'deep.example.org'],
    failing: ['broken.example'],
    secondary: 'prompt',
    records: {
      'example.org': [
        ...long,
        `split TXT "${'a'.repeat(255)}" "${'b'.repeat(45)}"`,
        '@ CAA 0 issue "ca.example.net"',
        '@ CAA 128 issuewild ";"',
        'alias CNAME step',
        'step CNAME host.deep',
        'host A 127.0.0.1',
        'www CNAME open.deep',
        'host AAAA ::1',
      ],
      'deep.example.org': ['host A 192.0.2.7', 'open CAA 0 iodef "mailto:ca@example.org"'],
    },
  });
  ({ client } = bind);
});
afterAll(() => bind.stop());

test.each([
  ['an apex', 'example.org', 'example.org'],
  ['a name', 'host.example.org', 'example.org'],
  ['a name that is not there', '_acme-challenge.not.there.example.org', 'example.org'],
  ['a name in a zone below', '_acme-challenge.host.deep.example.org', 'deep.example.org'],
  ['an alias into a zone below', 'alias.example.org', 'example.org'],
  ['a name as people write it', 'HOST.Example.ORG.', 'example.org'],
])('the zone of %s', async (_, name, zone) => {
  expect(await client.soaZone(name)).toBe(zone);
});

test('a name that no zone holds', async () => {
  await expect(client.soaZone('www.nowhere.invalid')).rejects.toMatchObject({
    name: 'DnsError',
    message: expect.stringContaining('No zone holds www.nowhere.invalid'),
  });
});

test('the name servers of a zone, with their addresses', async () => {
  const { port } = bind.primary;
  expect(await client.nameservers('deep.example.org')).toEqual([
    { name: 'ns1.deep.example.org', servers: [{ address: '127.0.0.1', port }] },
    { name: 'ns2.deep.example.org', servers: [{ address: '127.0.0.2', port }] },
  ]);
  await expect(client.nameservers('host.example.org')).rejects.toThrow('host.example.org has no NS records.');
});

test('TXT values: more than a datagram holds, longer than a string holds, none', async () => {
  const server = bind.primary;
  const many = await client.txt('many.example.org', { server });
  expect(many.values).toHaveLength(40);
  expect(many).toMatchObject({ authoritative: true, rcode: 'NOERROR' });
  expect((await client.txt('split.example.org', { server })).values).toEqual([`${'a'.repeat(255)}${'b'.repeat(45)}`]);
  expect(await client.txt('host.example.org', { server })).toMatchObject({ values: [], rcode: 'NOERROR' });
  expect(await client.txt('none.example.org', { server })).toMatchObject({ values: [], rcode: 'NXDOMAIN' });
});

test('one step of an alias at a time; addresses at its end', async () => {
  expect(await client.cname('alias.example.org')).toBe('step.example.org');
  expect(await client.cname('host.example.org')).toBeNull();
  expect(await client.cname('none.example.org')).toBeNull();
  expect(await client.addresses('alias.example.org')).toEqual(['192.0.2.7']);
  expect(await client.addresses('host.example.org')).toEqual(['127.0.0.1', '::1']);
  expect(await client.addresses('none.example.org')).toEqual([]);
});

test("CAA: a name's own, else the nearest above it", async () => {
  const records = [
    { critical: false, tag: 'issue', value: 'ca.example.net' },
    { critical: true, tag: 'issuewild', value: ';' },
  ];
  const above = await client.caa('*.host.deep.example.org');
  expect(above?.name).toBe('example.org');
  expect(above?.records.toSorted((a, b) => (a.tag < b.tag ? -1 : 1))).toEqual(records);
  expect(await client.caa('www.open.deep.example.org')).toEqual({
    name: 'open.deep.example.org',
    alias: null,
    records: [{ critical: false, tag: 'iodef', value: 'mailto:ca@example.org' }],
  });
  expect(await client.caa('www.example.org')).toMatchObject({
    name: 'open.deep.example.org',
    alias: 'www.example.org',
  });
  expect(await client.caa('www.nowhere.invalid')).toBeNull();
});

test('SERVFAIL is an error that says who was asked for what', async () => {
  await expect(client.txt('www.broken.example', { server: bind.primary })).rejects.toMatchObject({
    outcome: 'SERVFAIL',
    message: `${bind.address} answered SERVFAIL when asked for TXT www.broken.example.`,
  });
});

describe('a server that is no good', () => {
  /** Answers each question as told: null loses it. */
  async function startServer(
    answer: (question: Buffer) => Buffer | null,
  ): Promise<DnsServer & { asked: () => number }> {
    const socket = createSocket('udp4');
    let count = 0;
    socket.on('message', (question, sender) => {
      count += 1;
      const reply = answer(question);
      if (reply) socket.send(reply, sender.port, sender.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    return { address: '127.0.0.1', port: socket.address().port, asked: () => count };
  }
  const ask = (...resolvers: DnsServer[]) =>
    new DnsClient({ resolvers, authoritativePort: 53, timeoutMs: 300, tries: 2 }).cname('alias.example.org');

  test('one that says nothing is asked twice, and named', async () => {
    const silent = await startServer(() => null);
    await expect(ask(silent)).rejects.toMatchObject({
      outcome: 'timeout',
      message: `Asked for CNAME alias.example.org: 127.0.0.1:${silent.port} gave no answer within 0.3 s.`,
    });
    expect(silent.asked()).toBe(2);
  });

  test('the next resolver answers in its place', async () => {
    const silent = await startServer(() => null);
    const nobody = { address: '127.0.0.1', port: await freePort() };
    expect(await ask(silent, nobody, bind.primary)).toBe('step.example.org');
  });

  /** `alias.example.org CNAME step`, as the answer to a question that ends there. */
  const answerTo = (question: Buffer, changes: (answer: Buffer) => void = () => undefined) => {
    const target = Buffer.from([4, ...Buffer.from('step'), 0]);
    const record = Buffer.concat([Buffer.from([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, target.length]), target]);
    const answer = Buffer.concat([question, record]);
    answer.writeUInt16BE(0x8400, 2);
    answer.writeUInt16BE(1, 6);
    changes(answer);
    return answer;
  };

  test('an answer to the question, in whatever case, is taken', async () => {
    const server = await startServer(question => answerTo(question, answer => answer.write('ALIAS', 13)));
    expect(await ask(server)).toBe('step');
  });

  test.each<[string, (answer: Buffer) => void]>([
    ['with another id', answer => answer.writeUInt16BE((answer.readUInt16BE(0) + 1) & 0xffff, 0)],
    ['to another name', answer => answer.write('other', 13)],
    ['to a question for another type', answer => answer.writeUInt8(28, 'alias.example.org'.length + 12 + 3)],
    ['without the question', answer => answer.writeUInt16BE(0, 4)],
    ['that is a question', answer => answer.writeUInt16BE(0x0100, 2)],
    ['to an update', answer => answer.writeUInt16BE(0xa800, 2)],
  ])('an answer %s is not taken', async (_, changes) => {
    const forging = await startServer(question => answerTo(question, changes));
    await expect(ask(forging)).rejects.toMatchObject({ outcome: 'timeout' });
  });

  test("addresses: SERVFAIL for AAAA alone doesn't hide those that A has", async () => {
    const aaaa = 28;
    const typeOf = (question: Buffer) => question.readUInt16BE(question.length - 4);
    const start = (hasA: boolean) =>
      startServer(question => {
        const fails = typeOf(question) === aaaa;
        const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
        const answer = Buffer.concat([question, !fails && hasA ? address : Buffer.alloc(0)]);
        answer.writeUInt16BE(fails ? 0x8182 : 0x8180, 2);
        answer.writeUInt16BE(!fails && hasA ? 1 : 0, 6);
        return answer;
      });
    const addresses = (server: DnsServer) => new DnsClient({ resolvers: [server] }).addresses('ns1.example.org');
    expect(await addresses(await start(true))).toEqual(['192.0.2.7']);
    await expect(addresses(await start(false))).rejects.toMatchObject({ outcome: 'SERVFAIL' });
  });

  test('one that talks nonsense', async () => {
    const nonsense = await startServer(question => {
      const answer = Buffer.concat([question, Buffer.alloc(9, 0xff)]);
      answer.writeUInt16BE(0x8400, 2);
      answer.writeUInt16BE(1, 6);
      return answer;
    });
    await expect(ask(nonsense)).rejects.toMatchObject({
      outcome: 'malformed',
      message: `Asked for CNAME alias.example.org: 127.0.0.1:${nonsense.port} answered what can't be read.`,
    });
  });

  test('one that is not there', async () => {
    await expect(ask({ address: '127.0.0.1', port: await freePort() })).rejects.toMatchObject({
      outcome: 'unreachable',
      message: expect.stringMatching(/can't be reached: .*ECONNREFUSED/),
    });
  });

  test('none is known', async () => {
    await expect(ask()).rejects.toThrow('No resolver is known: name one in dns.resolvers of certfleet.yaml.');
  });
});
