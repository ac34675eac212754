/**
 * HTTPS to one CA over kept-alive connections: capped, timed, and with errors that say what to do.
 *
 * Does not retry, does not follow redirects (RFC 8555 knows none), does not know what the bodies mean.
 */
import { setImmediate } from 'node:timers/promises';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import {
  AcmeInputError,
  AcmeProtocolError,
  AcmeTransportError,
  type Attempted,
  type TransportFailure,
} from './problem.js';

export interface TransportOptions {
  /** Sent with every request (RFC 8555 §6.1: "clients MUST send a User-Agent header field"). */
  userAgent: string;
  /** PEM of the roots that the CA's own HTTPS server is checked against, instead of the public ones. */
  ca?: string;
  /** `http://[user:password@]host:port` of a proxy that speaks CONNECT. */
  proxy?: string;
  /** At most this many connections to one origin; each is kept alive and used again. Default 8. */
  connections?: number;
  /** To connect, TLS included. Default 10 s. */
  connectTimeoutMs?: number;
  /** From sending a request to the last octet of its answer. Default 60 s. */
  requestTimeoutMs?: number;
  /** Largest body that is read. Default 1 MiB. */
  maxBodyBytes?: number;
}

export interface HttpReply {
  /** The URL asked, to resolve relative links. */
  url: string;
  status: number;
  /** Header names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface HttpRequest extends Attempted {
  method: 'GET' | 'POST';
  body?: string;
  accept?: string;
  signal?: AbortSignal | undefined;
}

export class Transport {
  readonly #dispatcher: Dispatcher;
  readonly #userAgent: string;
  readonly #requestTimeoutMs: number;
  readonly #maxBodyBytes: number;

  constructor(options: TransportOptions) {
    this.#userAgent = options.userAgent;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 60_000;
    this.#maxBodyBytes = options.maxBodyBytes ?? 1_048_576;
    const tls = { timeout: options.connectTimeoutMs ?? 10_000, ...(options.ca !== undefined && { ca: options.ca }) };
    const pool = {
      connections: options.connections ?? 8,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      headersTimeout: this.#requestTimeoutMs,
      bodyTimeout: this.#requestTimeoutMs,
    };
    this.#dispatcher =
      options.proxy === undefined
        ? new Agent({ ...pool, connect: tls })
        : new ProxyAgent({ ...pool, uri: proxyUrl(options.proxy), requestTls: tls });
  }

  /**
   * Sends one request and reads its whole answer, whatever its status.
   *
   * Throws {@link AcmeTransportError} when no complete answer came, {@link AcmeProtocolError} when it is over the cap
   * or no HTTP, and the signal's own reason when that was aborted.
   */
  async request(request: HttpRequest): Promise<HttpReply> {
    const { signal } = request;
    signal?.throwIfAborted();
    const url = httpsUrl(request);
    const abort = new AbortController();
    const onAbort = () => abort.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => abort.abort(new RequestTimedOut(this.#requestTimeoutMs)), this.#requestTimeoutMs);
    try {
      const { statusCode, headers, body } = await this.#dispatcher.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: {
          'user-agent': this.#userAgent,
          'accept-language': 'en',
          ...(request.accept !== undefined && { accept: request.accept }),
          // RFC 8555 §6.2: "they must have the Content-Type header field set to application/jose+json".
          ...(request.body !== undefined && { 'content-type': 'application/jose+json' }),
        },
        body: request.body ?? null,
        signal: abort.signal,
      });
      const reply = { url: request.url, status: statusCode, headers, body: await this.#read(request, body) };
      // undici gives a connection back to its pool one turn of the event loop after the answer is complete; asking
      // again earlier would open another one.
      await setImmediate();
      return reply;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof AcmeProtocolError) throw error;
      throw explainFailure(request, error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Closes idle connections at once and the others when their requests are done. */
  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  async #read(request: HttpRequest, body: AsyncIterable<Buffer>): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      // Leaving the loop destroys the stream, and with it the connection that something endless is coming from.
      if (size > this.#maxBodyBytes) {
        throw new AcmeProtocolError(
          request,
          'tooLarge',
          `the answer is larger than ${this.#maxBodyBytes} octets; not read any further`,
        );
      }
      chunks.push(chunk);
    }
    const [first] = chunks;
    return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size);
  }
}

/** One value of a header; the first if the CA sent several. */
export function header(reply: HttpReply, name: string): string | undefined {
  const value = reply.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The targets of all `Link` headers (RFC 8288) with this relation, made absolute. */
export function linksOf(reply: HttpReply, relation: string): string[] {
  const value = reply.headers.link;
  const links: string[] = [];
  for (const line of Array.isArray(value) ? value : [value ?? '']) {
    for (const [, target, parameters = ''] of line.matchAll(
      /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s";,]*))?)*)/g,
    )) {
      const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i.exec(parameters) ?? [];
      const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
      if (target !== undefined && relations.includes(relation) && URL.canParse(target, reply.url)) {
        links.push(new URL(target, reply.url).href);
      }
    }
  }
  return links;
}

class RequestTimedOut extends Error {
  constructor(ms: number) {
    super(`no complete answer within ${ms} ms`);
  }
}

/** RFC 8555 §6.1: "Use of HTTPS is REQUIRED." There is no switch to turn that off. */
function httpsUrl(attempted: Attempted): URL {
  const url = URL.canParse(attempted.url) ? new URL(attempted.url) : undefined;
  if (url?.protocol === 'https:') return url;
  throw new AcmeInputError(
    `${attempted.operation}: ${JSON.stringify(attempted.url)} is no https:// URL. ACME is spoken over HTTPS only.`,
  );
}

function proxyUrl(proxy: string): string {
  if (URL.canParse(proxy) && ['http:', 'https:'].includes(new URL(proxy).protocol)) return proxy;
  // The value may hold a password: it is not repeated here.
  throw new AcmeInputError('The proxy of the CA is no http:// or https:// URL such as http://proxy.example:3128.');
}

const REMEDY: Record<TransportFailure, string> = {
  connect: 'Check that the CA can be reached from here: name resolution, firewall, proxy.',
  reset: 'The connection broke before the answer was complete; it is safe to ask again.',
  timeout: 'The CA, or what is between it and us, is too slow or hangs.',
  tls: "The CA's server is not trusted. A private CA's root certificate has to be given as well; otherwise somebody may be in between.",
  proxy: "Check the proxy's address, user and password, and that it lets CONNECT through to the CA.",
};

function explainFailure(request: HttpRequest, error: unknown): Error {
  const { code, message } = describe(error);
  if (code.startsWith('HPE_')) {
    return new AcmeProtocolError(request, 'malformed', `what answers there does not speak HTTP (${message})`, error);
  }
  const failure = classify(error, code);
  return new AcmeTransportError(request, failure, `${message}. ${REMEDY[failure]}`, error);
}

function classify(error: unknown, code: string): TransportFailure {
  if (error instanceof RequestTimedOut || /TIMEOUT|ETIMEDOUT/.test(code)) return 'timeout';
  if (/^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|INVALID_CA|HOSTNAME_MISMATCH)/.test(code))
    return 'tls';
  if (/^(ENOTFOUND|EAI_|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)/.test(code)) return 'connect';
  if (error instanceof Error && /proxy/i.test(error.message)) return 'proxy';
  return 'reset';
}

function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = (error as { code?: unknown }).code;
  // Connecting to several addresses fails with an AggregateError that has no message of its own.
  const message =
    error instanceof AggregateError ? error.errors.map(one => describe(one).message).join('; ') : error.message;
  return { code: typeof code === 'string' ? code : '', message: message || String(code) };
}
