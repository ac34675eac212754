import { isIP, isIPv6 } from 'node:net';
import { type DnsClient, DnsError, type TxtAnswer } from './client.js';
import { eachLimited } from './each-limited.js';
import { type DnsServer, formatServer, parseHost, parseServer } from './exchange.js';
import type { TxtValues } from './provider.js';

/** A server that has to show the values, and what people call it. */
export interface Witness {
  title: string;
  /** The addresses of one server: each of them may be another machine. */
  servers: readonly DnsServer[];
}

/** Questions under way at a time, so that a hundred names are no flood. */
const atOnce = 32;

/**
 * The servers that a CA may ask: all that the zone's NS records name, or those that are configured in place of them
 * (`host`, `ip`, each with or without a port). Throws {@link DnsError}.
 */
export async function witnesses(
  zone: string,
  configured: readonly string[],
  dns: DnsClient,
  signal: AbortSignal,
): Promise<Witness[]> {
  if (configured.length === 0) {
    return (await dns.nameservers(zone, { signal })).map(({ name, servers }) => ({ title: name, servers }));
  }
  return Promise.all(
    configured.map(async text => {
      const server = parseServer(text);
      if (server) return { title: text, servers: [server] };
      const { host, port } = parseHost(text) ?? { host: text, port: 53 };
      const addresses = await dns.addresses(host, { signal });
      return { title: text, servers: addresses.map(address => ({ address, port })) };
    }),
  );
}

/**
 * What is not yet as it should be: null once every address of every server has every value. An address that this machine
 * has no way to (IPv6 where there is none) is passed over, unless the server has no other; so is an IPv6 address that is
 * silent, as all are where IPv6 is routed to nowhere, once the server has shown everything over IPv4.
 */
export async function whatIsMissing(
  records: readonly TxtValues[],
  servers: readonly Witness[],
  dns: DnsClient,
  signal: AbortSignal,
  mustBeAuthority: boolean,
): Promise<Missing | null> {
  const missing = await Promise.all(
    servers.map(async ({ title, servers }) => {
      if (servers.length === 0) return { reason: `The name server ${title} has no address.`, isSilent: false };
      let reached = 0;
      let shownByIPv4 = false;
      for (const server of servers) {
        const where = isIP(title) || title === formatServer(server) ? title : `${title} (${formatServer(server)})`;
        const fault = await firstFault(records, server, where, dns, signal, mustBeAuthority);
        if (fault?.outcome === 'no-route') continue;
        const silentIPv6 = fault?.outcome === 'timeout' && isIPv6(server.address);
        if (silentIPv6 && shownByIPv4) continue;
        reached += 1;
        if (fault !== null) {
          const reason = silentIPv6 ? `${fault.reason} Does IPv6 of this machine work?` : fault.reason;
          return { reason, isSilent: fault.outcome === 'timeout' };
        }
        shownByIPv4 ||= !isIPv6(server.address);
      }
      if (reached > 0) return null;
      return { reason: `No address of the name server ${title} can be reached from here.`, isSilent: true };
    }),
  );
  const first = missing.find(fault => fault !== null);
  return first ? { reason: first.reason, allAreSilent: missing.every(fault => fault?.isSilent) } : null;
}

/** What a server does not show as it should. */
export interface Missing {
  reason: string;
  /** No server gave any answer, which is more likely to be this machine's network than the servers. */
  allAreSilent: boolean;
}

/** `outcome`: that of the {@link DnsError}; null when the server did answer. */
interface Fault {
  reason: string;
  outcome: string | null;
}

async function firstFault(
  records: readonly TxtValues[],
  server: DnsServer,
  where: string,
  dns: DnsClient,
  signal: AbortSignal,
  mustBeAuthority: boolean,
): Promise<Fault | null> {
  let fault: Fault | null = null;
  await eachLimited(records, atOnce, async ({ name, values }) => {
    if (fault !== null) return;
    try {
      const answer = await dns.txt(name, { server, signal });
      if (mustBeAuthority && !answer.authoritative) {
        const reason = `${where} is a name server of the zone, but says that it is no authority for ${name}.`;
        fault ??= { reason, outcome: null };
      } else {
        const reason = describeMissing(name, values, answer, where);
        if (reason !== null) fault ??= { reason, outcome: null };
      }
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      fault ??= { reason: `${where}: ${error.message}`, outcome: error.outcome };
    }
  });
  return fault;
}

function describeMissing(name: string, values: readonly string[], answer: TxtAnswer, where: string): string | null {
  const absent = values.find(value => !answer.values.includes(value));
  if (absent === undefined) return null;
  const instead =
    answer.values.length > 0
      ? `has other TXT values at ${name}: ${answer.values.map(value => `"${value.slice(0, 80)}"`).join(', ')}`
      : answer.rcode === 'NXDOMAIN'
        ? `says that ${name} does not exist`
        : `has no TXT record at ${name}`;
  return `${where} ${instead}, where "${absent}" should be.`;
}
