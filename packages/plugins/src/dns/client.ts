import { randomInt } from 'node:crypto';
import { type Answer, type CaaAnswer, type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { type DnsServer, exchangeTcp, exchangeUdp, formatServer, NoDnsAnswer } from './exchange.js';
import { isWithin, parentOf, plainName } from './names.js';

/** The record types that are asked for. */
export type DnsType = 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'NS' | 'SOA' | 'TXT';

/**
 * A question that was not answered. The message says what was asked of whom and what came back; `outcome` is the RCODE
 * (RFC 1035 §4.1.1: SERVFAIL, REFUSED, NXDOMAIN …), `timeout`, `unreachable`, `no-route`, `malformed` or, where nobody
 * could be asked, `no-resolver`.
 */
export class DnsError extends Error {
  override readonly name = 'DnsError';
  readonly outcome: string;
  constructor(outcome: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/** One of the servers that a zone's NS records name, with every address that it has. */
export interface NameServer {
  /** A host name without dot at the end. */
  name: string;
  servers: DnsServer[];
}

/** The TXT values that one server has for a name. */
export interface TxtAnswer {
  values: string[];
  /** Whether the server says that it is an authority for the name (AA). */
  authoritative: boolean;
  /** `NOERROR` or `NXDOMAIN`. */
  rcode: string;
}

/** RFC 8659 §4: one CAA record. */
export interface CaaRecord {
  critical: boolean;
  /** `issue`, `issuewild`, `iodef`, … in lower case. */
  tag: string;
  value: string;
}

/** CAA records, and where they are. */
export interface CaaRecords {
  name: string;
  /** The name that is an alias of it, directly or over others; null: none is. */
  alias: string | null;
  records: CaaRecord[];
}

export interface DnsClientOptions {
  /** Resolvers that answer for the whole DNS, asked in this order until one does. */
  resolvers: readonly DnsServer[];
  /** The port of the servers that NS records name: 53, but in a laboratory. */
  authoritativePort?: number;
  /** For each try. */
  timeoutMs?: number;
  /** How often one server is asked before it counts as silent. */
  tries?: number;
}

export interface AskOptions {
  signal?: AbortSignal | undefined;
}

/**
 * Asks the DNS, over UDP and, for answers that don't fit, TCP. Names are given and returned in lower case without the
 * dot at the end. Nothing is cached here: what is asked for changes while we wait for it. Throws {@link DnsError}.
 */
export class DnsClient {
  readonly #resolvers: readonly DnsServer[];
  readonly #authoritativePort: number;
  readonly #timeoutMs: number;
  readonly #tries: number;

  constructor({ resolvers, authoritativePort = 53, timeoutMs = 3000, tries = 2 }: DnsClientOptions) {
    this.#resolvers = resolvers;
    this.#authoritativePort = authoritativePort;
    this.#timeoutMs = timeoutMs;
    this.#tries = tries;
  }

  /** The apex of the zone that holds a name, whether the name exists or not: that of the nearest SOA record. */
  async soaZone(name: string, options: AskOptions = {}): Promise<string> {
    for (let at: string | null = plainName(name); at !== null; at = parentOf(at)) {
      const { answers, authorities } = await this.#resolve(at, 'SOA', options);
      // Of an alias, the records of what it stands for come along: those are not above it.
      const soa = [...(answers ?? []), ...(authorities ?? [])].find(
        record => record.type === 'SOA' && isWithin(at as string, plainName(record.name)),
      );
      if (soa) return plainName(soa.name);
    }
    throw new DnsError('NXDOMAIN', `No zone holds ${plainName(name)}: no SOA record was found at it or above it.`);
  }

  /** The servers of a zone, by its NS records, with the addresses that they have. */
  async nameservers(zone: string, options: AskOptions = {}): Promise<NameServer[]> {
    const { answers } = await this.#resolve(zone, 'NS', options);
    const names = (answers ?? []).flatMap(record => (record.type === 'NS' ? [plainName(record.data)] : []));
    if (names.length === 0) throw new DnsError('NOERROR', `${plainName(zone)} has no NS records.`);
    return Promise.all(
      names.sort().map(async name => {
        const addresses = await this.addresses(name, options);
        return { name, servers: addresses.map(address => ({ address, port: this.#authoritativePort })) };
      }),
    );
  }

  /** What one server has for a name at this moment. A name that isn't there has no values. */
  async txt(name: string, { server, signal }: AskOptions & { server: DnsServer }): Promise<TxtAnswer> {
    const { answers, flag_aa, rcode } = await this.#ask(name, 'TXT', server, signal);
    const values = (answers ?? []).flatMap(record => (record.type === 'TXT' ? [textOf(record.data)] : []));
    return { values, authoritative: flag_aa, rcode: rcode };
  }

  /** What a name is an alias of; null if it is none or isn't there. One step: what that is an alias of is not asked. */
  async cname(name: string, options: AskOptions = {}): Promise<string | null> {
    const { answers } = await this.#resolve(name, 'CNAME', options);
    const alias = (answers ?? []).find(record => record.type === 'CNAME' && plainName(record.name) === plainName(name));
    return alias?.type === 'CNAME' ? plainName(alias.data) : null;
  }

  /**
   * The CAA records that hold for a name, and whose they are: those of the name itself, else of the nearest name above
   * it (RFC 8659 §3). Where that one is an alias, `name` is what it leads to, and `alias` the one that was asked for. Null:
   * nobody restricts who may issue for it.
   */
  async caa(name: string, options: AskOptions = {}): Promise<CaaRecords | null> {
    for (let at: string | null = plainName(name).replace(/^\*\./, ''); at !== null; at = parentOf(at)) {
      const { answers } = await this.#resolve(at, 'CAA', options);
      const records = (answers ?? []).filter((record): record is CaaAnswer => record.type === 'CAA');
      const [first] = records;
      if (first === undefined) continue;
      const owner = plainName(first.name);
      return { name: owner, alias: owner === at ? null : at, records: records.map(({ data }) => toCaaRecord(data)) };
    }
    return null;
  }

  /**
   * All IPv4 addresses, then all IPv6 addresses of a name, aliases followed. Empty if it has none. Where only one of the
   * two is answered, what that one has: load balancers are known to fail for the AAAA records that they lack.
   */
  async addresses(name: string, options: AskOptions = {}): Promise<string[]> {
    const replies = await Promise.allSettled([this.#resolve(name, 'A', options), this.#resolve(name, 'AAAA', options)]);
    options.signal?.throwIfAborted();
    const addresses = replies.flatMap(reply =>
      ((reply.status === 'fulfilled' && reply.value.answers) || []).flatMap(record =>
        record.type === 'A' || record.type === 'AAAA' ? [record.data] : [],
      ),
    );
    const failed = replies.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed && (addresses.length === 0 || !(failed.reason instanceof DnsError))) throw failed.reason;
    return addresses;
  }

  /** Asks one resolver after the other until one answers. */
  async #resolve(name: string, type: DnsType, { signal }: AskOptions): Promise<DecodedPacket> {
    let failure: DnsError | undefined;
    for (const resolver of this.#resolvers) {
      try {
        return await this.#ask(name, type, resolver, signal);
      } catch (error) {
        if (!(error instanceof DnsError)) throw error;
        failure ??= error;
      }
    }
    throw failure ?? new DnsError('no-resolver', 'No resolver is known: name one in dns.resolvers of certfleet.yaml.');
  }

  /** Resolves for NOERROR and NXDOMAIN; every other RCODE, and silence, is a {@link DnsError}. */
  async #ask(
    name: string,
    type: DnsType,
    server: DnsServer,
    signal: AbortSignal | undefined,
  ): Promise<DecodedPacket & { rcode: string }> {
    const asked = `${type} ${plainName(name)}`;
    let reply: DecodedPacket & { rcode: string };
    try {
      reply = await this.#exchange(name, type, server, signal);
    } catch (cause) {
      if (!(cause instanceof NoDnsAnswer)) throw cause;
      throw new DnsError(cause.fault, `Asked for ${asked}: ${cause.message}`, { cause });
    }
    if (reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN') return reply;
    throw new DnsError(reply.rcode, `${formatServer(server)} answered ${reply.rcode} when asked for ${asked}.`);
  }

  async #exchange(
    name: string,
    type: DnsType,
    server: DnsServer,
    signal: AbortSignal | undefined,
  ): Promise<DecodedPacket & { rcode: string }> {
    const options = { server, timeoutMs: this.#timeoutMs, signal };
    for (let attempt = 1; ; attempt += 1) {
      // No EDNS: whatever is longer than 512 bytes comes over TCP, which every server has to speak (RFC 7766 §5).
      const id = randomInt(0x10000);
      const question = { name: plainName(name), type } as const;
      const message = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [question] });
      try {
        const answer = read(await exchangeUdp(message, options), server);
        return answer.flag_tc ? read(await exchangeTcp(message, options), server) : answer;
      } catch (error) {
        const silent = error instanceof NoDnsAnswer && error.fault === 'timeout';
        if (!silent || attempt >= this.#tries) throw error;
      }
    }
  }
}

function read(message: Buffer, server: DnsServer): DecodedPacket & { rcode: string } {
  try {
    // The typings leave out the response code, which the library has always set.
    return decode(message) as DecodedPacket & { rcode: string };
  } catch (cause) {
    throw new NoDnsAnswer('malformed', `${formatServer(server)} answered what can't be read.`, { cause });
  }
}

/** A value longer than 255 bytes is several strings of one record (RFC 1035 §3.3.14). */
function textOf(data: Extract<Answer, { type: 'TXT' }>['data']): string {
  const parts = Array.isArray(data) ? data : [data];
  return Buffer.concat(parts.map(part => Buffer.from(part))).toString();
}

function toCaaRecord({ issuerCritical, flags, tag, value }: CaaAnswer['data']): CaaRecord {
  // RFC 8659 §4.1: bit 0, the highest, is Issuer Critical.
  return { critical: issuerCritical ?? ((flags ?? 0) & 0x80) !== 0, tag: tag.toLowerCase(), value };
}
