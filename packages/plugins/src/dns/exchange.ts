import { createSocket } from 'node:dgram';
import { connect, isIP, isIPv6 } from 'node:net';
import { opcodes, rcodeOf, readName } from './wire.js';

/** Where a DNS server listens. */
export interface DnsServer {
  /** IPv4 or IPv6, without brackets. */
  address: string;
  port: number;
}

/** One question, or one update, to one server, and how long to wait for its answer. */
export interface ExchangeOptions {
  server: DnsServer;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /**
   * Throws for an answer that is not to be taken, such as one with a wrong signature. A datagram like that may be anyone's,
   * so the right one is still waited for; if none comes, the exchange fails with what was thrown last.
   */
  check?: (answer: Buffer) => void;
}

/** No usable answer came from a server: it stayed silent, can't be reached from here, or talks nonsense. */
export class NoDnsAnswer extends Error {
  override readonly name = 'NoDnsAnswer';
  /** `no-route`: this machine has no way to such an address, as one without IPv6 has none to IPv6. */
  readonly fault: 'timeout' | 'unreachable' | 'no-route' | 'malformed';
  constructor(fault: NoDnsAnswer['fault'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; undefined when it is none of them. */
export function parseServer(text: string, defaultPort = 53): DnsServer | undefined {
  if (isIP(text)) return { address: text, port: defaultPort };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const port = digits === undefined ? defaultPort : Number(digits);
  const family = bracketed === undefined ? 4 : 6;
  return isIP(address) === family && port > 0 && port <= 65_535 ? { address, port } : undefined;
}

/** Reads `ns1.example.org` or `ns1.example.org:5353`; undefined when it is neither, such as a mistyped address. */
export function parseHost(text: string, defaultPort = 53): { host: string; port: number } | undefined {
  const [, host = '', digits] = /^([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)\.?(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  return /[a-z]/i.test(host) && port > 0 && port <= 65_535 ? { host, port } : undefined;
}

/** As people write it: the port only if it is not 53. */
export function formatServer({ address, port }: DnsServer): string {
  if (port === 53) return address;
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/**
 * Sends a message over UDP and resolves with the first answer to it. Each exchange has a socket of its own,
 * and so a source port that nobody can guess (RFC 5452 §4.5); datagrams from elsewhere are dropped by the kernel. Throws
 * {@link NoDnsAnswer}.
 */
export function exchangeUdp(message: Buffer, options: ExchangeOptions): Promise<Buffer> {
  const { server } = options;
  return within(options, (resolve, reject, doubt) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    socket.on('error', cause => reject(unreachable(server, cause)));
    socket.on('message', answer => {
      // Not the answer to this question: one that came late, or a forged one.
      if (!answers(message, answer)) return;
      const fault = faultOf(answer, options);
      if (fault === null) resolve(answer);
      else doubt(fault);
    });
    socket.on('connect', () => socket.send(message));
    socket.connect(server.port, server.address);
    return () => socket.close();
  });
}

/** Sends a message over TCP, with its length before it (RFC 7766 §8), and resolves with the answer. Throws {@link NoDnsAnswer}. */
export function exchangeTcp(message: Buffer, options: ExchangeOptions): Promise<Buffer> {
  const { server } = options;
  return within(options, (resolve, reject) => {
    const socket = connect(server.port, server.address);
    let received = Buffer.alloc(0);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.on('error', cause => reject(unreachable(server, cause)));
    socket.on('connect', () => socket.write(Buffer.concat([length, message])));
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = received.subarray(2, 2 + received.readUInt16BE(0));
      const fault = answers(message, answer)
        ? faultOf(answer, options)
        : new NoDnsAnswer('malformed', `${formatServer(server)} answered something else than it was asked.`);
      if (fault === null) resolve(answer);
      else reject(fault);
    });
    socket.on('close', () => {
      reject(new NoDnsAnswer('unreachable', `${formatServer(server)} closed the connection without an answer.`));
    });
    return () => socket.destroy();
  });
}

/** RFC 5452 §9.1: whether a message is an answer to this very question, by its id, kind and question. */
function answers(asked: Buffer, message: Buffer): boolean {
  if (message.length < 12 || message.readUInt16BE(0) !== asked.readUInt16BE(0)) return false;
  const [flags, ours] = [message.readUInt16BE(2), asked.readUInt16BE(2)];
  const opcodeBits = 0x7800;
  if ((flags & 0x8000) === 0 || (flags & opcodeBits) !== (ours & opcodeBits)) return false;
  // RFC 2136 §3.8 lets servers leave it out; some do so with an error.
  const mayLack = (ours & opcodeBits) >> 11 !== opcodes.query || rcodeOf(message) !== 'NOERROR';
  if (message.readUInt16BE(4) === 0) return mayLack;
  const end = readName(asked, 12).end + 4;
  const questionOf = (of: Buffer) => of.toString('latin1', 12, end).toLowerCase();
  return questionOf(message) === questionOf(asked);
}

/** Why an answer is not to be taken; null: it is. */
function faultOf(answer: Buffer, { server, check }: ExchangeOptions): Error | null {
  try {
    check?.(answer);
    return null;
  } catch (error) {
    if (!(error instanceof RangeError)) return error as Error;
    return new NoDnsAnswer('malformed', `${formatServer(server)} answered what can't be read.`, { cause: error });
  }
}

type Settle = (
  resolve: (answer: Buffer) => void,
  reject: (error: Error) => void,
  /** What to fail with if nothing better comes in time. */
  doubt: (error: Error) => void,
) => () => void;

/** Runs an exchange until it settles, its time is over or the caller has had enough; then frees its socket. */
async function within({ server, timeoutMs, signal }: ExchangeOptions, begin: Settle): Promise<Buffer> {
  signal?.throwIfAborted();
  let end: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const late = `${formatServer(server)} gave no answer within ${timeoutMs / 1000} s.`;
      let doubted: Error | undefined;
      timer = setTimeout(() => reject(doubted ?? new NoDnsAnswer('timeout', late)), timeoutMs);
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      end = begin(resolve, reject, error => {
        doubted = error;
      });
    });
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    end();
  }
}

const withoutRoute = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EHOSTUNREACH']);

function unreachable(server: DnsServer, cause: NodeJS.ErrnoException): NoDnsAnswer {
  const fault = withoutRoute.has(cause.code ?? '') ? 'no-route' : 'unreachable';
  return new NoDnsAnswer(fault, `${formatServer(server)} can't be reached: ${cause.message}.`, { cause });
}
