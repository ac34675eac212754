import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { isInside, isOwnLink, isOwnMachine } from './addresses.js';
import { type DnsClient, DnsError } from './dns/client.js';

/** Where CAs ask: 80, and after a redirect 443 as well. Only in a laboratory others. */
export interface HttpPorts {
  http: number;
  https: number;
}

export interface HttpLookOptions {
  dns: DnsClient;
  httpPorts: HttpPorts;
  signal: AbortSignal;
  /** For one address, redirects included. */
  timeoutMs?: number;
  /** Begins by HTTPS: CAs don't, but get there by a redirect. */
  secure?: boolean;
}

/** What asking one address of a name came to. */
export type HttpSight =
  | {
      outcome: 'answered';
      address: string;
      /** Where the answer came from, after redirects. */
      url: string;
      status: number;
      /** At most {@link longestBody} bytes of it. */
      body: string;
      /** How it begins, for people; null where it is none of their business: see {@link lookOverHttp}. */
      beginning: string | null;
    }
  /** `no-route`: this machine has no way to such an address, as one without IPv6 has none to IPv6. */
  | { outcome: 'failed' | 'no-route'; address: string; url: string; reason: string };

/** Far more than any key authorization is long. */
const longestBody = 2048;
const longestBeginning = 100;
/** As Let's Encrypt has it. */
const mostRedirects = 10;
/** Who has more doesn't need all of them asked to see what is wrong. */
const mostAddresses = 8;

/**
 * Asks every address of a name (IPv6 and IPv4) for a path, as a CA that validates http-01 does (RFC 8555 §8.3): on port
 * 80, following up to ten redirects to ports 80 and 443 of names, without a look at certificates. An IP address is asked
 * itself. The answer is empty for a name without addresses. Throws DnsError when its addresses can't be found out.
 *
 * It is no way to read what is inside of a network: the first path is the caller's, no redirect leads to an address or
 * another port, nor further inside than where it came from (from the internet into a private network, from there to this
 * machine), what only this machine's own link has (cloud metadata) is never asked, and what came back is shown to people
 * only if it stands at the path itself.
 */
export async function lookOverHttp(host: string, path: string, options: HttpLookOptions): Promise<HttpSight[]> {
  const { dns, signal } = options;
  const addresses = isIP(host) ? [host] : await dns.addresses(host, { signal });
  return Promise.all(addresses.slice(0, mostAddresses).map(address => lookAt(host, address, path, options)));
}

/** A sight in words, without the dot at the end. */
export function describeSight(sight: HttpSight): string {
  const { url, address } = sight;
  if (sight.outcome !== 'answered') return `${url} at ${address}: ${sight.reason}`;
  const text = sight.beginning === null || sight.beginning === '' ? '' : `: "${sight.beginning}"`;
  return `${url} at ${address} answered ${sight.status}${text}`;
}

async function lookAt(host: string, first: string, path: string, options: HttpLookOptions): Promise<HttpSight> {
  const { dns, httpPorts, signal, timeoutMs = 10_000, secure = false } = options;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let url = new URL(`${secure ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}${path}`);
  let address = first;
  let candidates = [first];
  try {
    for (let redirects = 0; ; redirects += 1) {
      const reply = await askOneOf(candidates, url, httpPorts, limited);
      address = reply.address;
      candidates = [address];
      if (reply.location === null) {
        const { status, body } = reply;
        const beginning = url.pathname === path && url.search === '' ? printable(body) : null;
        return { outcome: 'answered', address, url: url.href, status, body, beginning };
      }
      if (redirects === mostRedirects) throw new NotSeen(`more than ${mostRedirects} redirects`);
      const next = redirected(url, reply.location, host, httpPorts);
      if (next.hostname !== url.hostname) candidates = await addressesOf(hostOf(next), address, dns, limited);
      url = next;
      address = candidates[0] ?? address;
    }
  } catch (error) {
    signal.throwIfAborted();
    const failed = { outcome: 'failed', address, url: url.href } as const;
    if (limited.aborted) return { ...failed, reason: `no answer within ${timeoutMs / 1000} s` };
    if (error instanceof NotSeen) return { ...failed, outcome: error.outcome, reason: error.message };
    if (error instanceof DnsError) return { ...failed, reason: error.message.replace(/\.$/, '') };
    throw error;
  }
}

/** Why there is no answer to show; ends no sentence. */
class NotSeen extends Error {
  override readonly name = 'NotSeen';
  readonly outcome: 'failed' | 'no-route';
  constructor(message: string, outcome: NotSeen['outcome'] = 'failed', options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/** Where a redirect leads. Throws {@link NotSeen} for what CAs don't follow. */
function redirected(from: URL, location: string, host: string, ports: HttpPorts): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (target === null) throw new NotSeen(`it redirects to "${printable(location)}", which is no URL`);
  const where = `it redirects to ${target.origin}`;
  if (target.protocol !== 'http:' && target.protocol !== 'https:') throw new NotSeen(`${where}, which is not HTTP`);
  const allowed = ['', '80', '443', `${ports.http}`, `${ports.https}`];
  if (!allowed.includes(target.port)) throw new NotSeen(`${where}; CAs follow to the ports 80 and 443 only`);
  const name = hostOf(target);
  if (isIP(name) && name !== host) throw new NotSeen(`${where}; CAs follow to names only, not to addresses`);
  target.username = '';
  target.password = '';
  target.hash = '';
  return target;
}

/**
 * Where to ask after a redirect that came from an address. As Let's Encrypt has it: one address of each kind, IPv6 first.
 * A redirect brings a path of its own, so nobody outside may point one at what is inside. Throws {@link NotSeen}.
 */
async function addressesOf(host: string, from: string, dns: DnsClient, signal: AbortSignal): Promise<string[]> {
  const addresses = isIP(host) ? [host] : await dns.addresses(host, { signal });
  if (addresses.length === 0) throw new NotSeen(`it redirects to ${host}, which has no address`);
  const allowed = addresses.filter(address => depth(address) <= depth(from));
  if (allowed.length === 0) {
    throw new NotSeen(
      `it redirects to ${host}, which leads inside to ${addresses.join(', ')}; public CAs don't get there`,
    );
  }
  return [allowed.find(isIPv6), allowed.find(isIPv4)].filter(address => address !== undefined);
}

/** How far inside an address is: on the internet, in a private network, on this machine. */
function depth(address: string): number {
  if (isOwnMachine(address)) return 2;
  return isInside(address) ? 1 : 0;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

interface Reply {
  status: number;
  /** Of a redirect. */
  location: string | null;
  body: string;
}

/** One request to the first of some addresses that takes it. */
async function askOneOf(
  [address = '', ...others]: readonly string[],
  url: URL,
  ports: HttpPorts,
  signal: AbortSignal,
): Promise<Reply & { address: string }> {
  try {
    return { ...(await ask(url, address, ports, signal)), address };
  } catch (error) {
    if (!(error instanceof NotSeen) || others.length === 0) throw error;
    return askOneOf(others, url, ports, signal);
  }
}

/** One request to one address. Throws {@link NotSeen}. */
async function ask(url: URL, address: string, ports: HttpPorts, signal: AbortSignal): Promise<Reply> {
  if (isOwnLink(address)) {
    throw new NotSeen('an address that CAs never reach: link-local, or of cloud metadata');
  }
  const secure = url.protocol === 'https:';
  const options: RequestOptions & { servername?: string; rejectUnauthorized?: boolean } = {
    host: address,
    port: url.port === '' ? (secure ? ports.https : ports.http) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host, 'user-agent': 'Certfleet (http-01 check)', accept: '*/*' },
    agent: false,
    signal,
    ...(secure && { rejectUnauthorized: false, servername: isIP(hostOf(url)) ? '' : url.hostname }),
  };
  try {
    const response = await responseTo((secure ? httpsRequest : httpRequest)(options), signal);
    const status = response.statusCode ?? 0;
    const location = status >= 300 && status < 400 ? (response.headers.location ?? null) : null;
    return { status, location, body: location === null ? await firstBytes(response, signal) : discard(response) };
  } catch (cause) {
    if (signal.aborted) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new NotSeen(faults[code ?? ''] ?? message, withoutRoute.has(code ?? '') ? 'no-route' : 'failed', { cause });
  }
}

/** Rejects in any case once the signal aborts: a request that Node has destroyed tells of nothing any more. */
function responseTo(request: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    request
      .on('response', resolve)
      .on('upgrade', (_, socket) => {
        socket.destroy();
        reject(new Error('it answered 101, a change of protocol, which CAs do not follow'));
      })
      .on('error', reject)
      .on('close', () => {
        signal.removeEventListener('abort', abort);
        reject(new Error('the connection ended without an answer'));
      })
      .end();
  });
}

const faults: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'this machine has no way there',
  EADDRNOTAVAIL: 'this machine has no way there',
  ETIMEDOUT: 'no answer',
};

const withoutRoute = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);

async function firstBytes(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop early destroys the response.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestBody) break;
  }
  // What had to be cut off was not answered to the end, and no CA waits longer.
  signal.throwIfAborted();
  return Buffer.concat(chunks).subarray(0, longestBody).toString();
}

function discard(response: IncomingMessage): string {
  response.destroy();
  return '';
}

function printable(text: string): string {
  return text
    .slice(0, 4 * longestBeginning)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, longestBeginning);
}
