import { createSocket } from 'node:dgram';
import { connect, isIP, isIPv6 } from 'node:net';

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
 * Sends a message over UDP and resolves with the first answer that carries its id. Each exchange has a socket of its own,
 * and so a source port that nobody can guess (RFC 5452 §4.5); datagrams from elsewhere are dropped by the kernel. Throws
 * {@link NoDnsAnswer}.
 */
export function exchangeUdp(message: Buffer, options: ExchangeOptions): Promise<Buffer> {
  const { server } = options;
  return within(options, (resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    socket.on('error', cause => reject(unreachable(server, cause)));
    socket.on('message', answer => {
      // Not the answer to this question: one that came late, or a forged one.
      if (answer.length >= 12 && answer.readUInt16BE(0) === message.readUInt16BE(0)) resolve(answer);
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
      if (answer.length >= 12 && answer.readUInt16BE(0) === message.readUInt16BE(0)) resolve(answer);
      else reject(new NoDnsAnswer('malformed', `${formatServer(server)} answered something else than it was asked.`));
    });
    socket.on('close', () => {
      reject(new NoDnsAnswer('unreachable', `${formatServer(server)} closed the connection without an answer.`));
    });
    return () => socket.destroy();
  });
}

type Settle = (resolve: (answer: Buffer) => void, reject: (error: Error) => void) => () => void;

/** Runs an exchange until it settles, its time is over or the caller has had enough; then frees its socket. */
async function within({ server, timeoutMs, signal }: ExchangeOptions, begin: Settle): Promise<Buffer> {
  signal?.throwIfAborted();
  let end: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const late = `${formatServer(server)} gave no answer within ${timeoutMs / 1000} s.`;
      timer = setTimeout(() => reject(new NoDnsAnswer('timeout', late)), timeoutMs);
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      end = begin(resolve, reject);
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
