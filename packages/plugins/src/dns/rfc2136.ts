import { randomInt } from 'node:crypto';
import { decode } from 'dns-packet';
import { z } from 'zod';
import { PluginError, secret } from '../plugin.js';
import { type DnsServer, exchangeTcp, exchangeUdp, NoDnsAnswer, parseHost, parseServer } from './exchange.js';
import { isWithin, plainName } from './names.js';
import { defineDnsProvider, type ProviderIo, type TxtValues } from './provider.js';
import { explainNoZone, explainRefusal, explainSignature } from './rfc2136-errors.js';
import { sign, type TsigKey, tsigAlgorithms, verify } from './tsig.js';
import { classes, encodeMessage, encodeText, opcodes, rcodeOf, types, type WireRecord } from './wire.js';

const DnsName = z
  .string()
  .max(253)
  .regex(
    /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i,
    'Must be a DNS name.',
  );

const config = z.object({
  server: z
    .string()
    .max(300)
    .refine(
      text => (parseServer(text) ?? parseHost(text)) !== undefined,
      'Must be an address or a host name, with a port after a colon if it is not 53.',
    )
    .describe('The primary name server: address or host name, with a port after a colon if it is not 53.'),
  zone: DnsName.optional().describe('The zone that the key may change. Left out: the server is asked for each name.'),
  keyName: DnsName.describe("The TSIG key's name, as in the server's configuration."),
  keyAlgorithm: z.enum(tsigAlgorithms).default('hmac-sha256').describe("The TSIG key's algorithm."),
  keySecret: secret(
    z
      .string()
      .max(1000)
      .regex(/^\s*[A-Za-z0-9+/]{8,}={0,2}\s*$/, 'Must be base64, as tsig-keygen prints it.')
      .describe("The TSIG key's secret in base64."),
  ),
  transport: z
    .enum(['udp', 'tcp'])
    .default('udp')
    .describe('How updates are sent. With udp, those that are too long for a datagram go by TCP.'),
});
type Config = z.output<typeof config>;

/** Longer datagrams may be fragmented, and fragments lost (RFC 9715 §3). */
const longestDatagram = 1232;
/** Milliseconds that a datagram's answer is waited for before it is sent once more. */
const datagramTimeout = 3000;
const datagramTries = 3;
/** Records in one update, so that it stays well below the 64 kB of a message. */
const mostRecords = 250;

/** DNS UPDATE (RFC 2136), signed with TSIG (RFC 8945): BIND, Knot, PowerDNS. */
export const rfc2136Provider = defineDnsProvider({
  type: 'rfc2136',
  title: 'DNS update by RFC 2136 (BIND and others)',
  config,
  neverRunAgainst:
    'Run against BIND 9.18 over UDP and TCP. Never run against Knot or PowerDNS. Windows DNS takes signed updates by GSS-TSIG alone, which this does not speak.',

  async findZone({ zone, ...settings }, candidates, io) {
    const known = zone === undefined ? undefined : plainName(zone);
    const [name = ''] = candidates;
    // Also one that the candidates leave out, such as "lan".
    if (known !== undefined) return isWithin(name, known) ? known : null;
    const answer = await ask(settings, opcodes.query, { name, type: types.SOA }, [], io);
    const { flag_aa, answers, authorities } = decode(answer);
    const refusal = explainNoZone({ rcode: rcodeOf(answer), isAuthority: flag_aa }, settings.server, name);
    if (refusal) throw refusal;
    const soa = [...(answers ?? []), ...(authorities ?? [])].find(
      record => record.type === 'SOA' && isWithin(name, plainName(record.name)),
    );
    return soa ? plainName(soa.name) : null;
  },

  async add(settings, zone, records, io) {
    await update(settings, zone, recordsOf(records, { class: classes.IN, ttl: io.ttl }), io);
  },

  async remove(settings, zone, records, io) {
    // RFC 2136 §2.5.4: "Delete An RR From An RRset": class NONE, TTL 0, and its very data.
    await update(settings, zone, recordsOf(records, { class: classes.NONE, ttl: 0 }), io);
  },

  async test(settings, io) {
    if (settings.zone === undefined) {
      // Whoever answers a signed question with a signature knows the key, whatever the answer is.
      await ask(settings, opcodes.query, { name: '', type: types.SOA }, [], io);
      return null;
    }
    const zone = plainName(settings.zone);
    // An update of nothing is checked like any other.
    await update(settings, zone, [], io);
    return [zone];
  },
});

function recordsOf(records: readonly TxtValues[], how: { class: number; ttl: number }): WireRecord[] {
  return records.flatMap(({ name, values }) =>
    values.map(value => ({ name, type: types.TXT, ...how, data: encodeText(value) })),
  );
}

async function update(settings: Config, zone: string, records: readonly WireRecord[], io: ProviderIo): Promise<void> {
  for (let from = 0; from === 0 || from < records.length; from += mostRecords) {
    const part = records.slice(from, from + mostRecords);
    const answer = await ask(settings, opcodes.update, { name: zone, type: types.SOA }, part, io);
    const rcode = rcodeOf(answer);
    if (rcode !== 'NOERROR') throw explainRefusal(rcode, { ...settings, zone, names: part.map(({ name }) => name) });
  }
}

/** Sends a signed message and resolves with its answer, whose signature is right. */
async function ask(
  settings: Config,
  opcode: number,
  question: { name: string; type: number },
  records: readonly WireRecord[],
  io: ProviderIo,
): Promise<Buffer> {
  const { keyName, keyAlgorithm, keySecret, transport, server } = settings;
  const key: TsigKey = { name: plainName(keyName), algorithm: keyAlgorithm, secret: Buffer.from(keySecret, 'base64') };
  let failure: unknown;
  for (const address of await addressesOf(server, io)) {
    for (let attempt = 1; attempt <= datagramTries; attempt += 1) {
      const { message, mac } = sign(encodeMessage(randomInt(0x10000), opcode, question, records), key, seconds());
      const byUdp = transport === 'udp' && message.length <= longestDatagram;
      const timeoutMs = byUdp ? Math.min(datagramTimeout, io.timeoutMs) : io.timeoutMs;
      const exchange = byUdp ? exchangeUdp : exchangeTcp;
      try {
        const check = (answer: Buffer) => verify(answer, key, mac, seconds());
        return await exchange(message, { server: address, timeoutMs, signal: io.signal, check });
      } catch (error) {
        if (!(error instanceof NoDnsAnswer)) throw explainSignature(error, settings);
        failure = error;
        if (!byUdp || error.fault !== 'timeout') break;
      }
    }
  }
  const why = failure instanceof Error ? failure.message : `${server} has no address.`;
  throw new PluginError('unavailable', `The name server could not be asked: ${why}`, { cause: failure });
}

/** The server's addresses: as they are written, or by its name. */
async function addressesOf(text: string, io: ProviderIo): Promise<DnsServer[]> {
  const server = parseServer(text);
  if (server) return [server];
  const { host, port } = parseHost(text) ?? { host: text, port: 53 };
  return (await io.dns.addresses(host, io)).map(address => ({ address, port }));
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
