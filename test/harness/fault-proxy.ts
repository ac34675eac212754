import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { NoAnswerError } from './exchange.js';
import { createLocalIdentity } from './identity.js';
import { type Pebble, pebbleHung } from './pebble.js';

/** What a request is about, told from its path: these are Pebble's. */
export type Endpoint =
  | 'directory'
  | 'newNonce'
  | 'newAccount'
  | 'newOrder'
  | 'revokeCert'
  | 'keyChange'
  | 'renewalInfo'
  | 'account'
  | 'order'
  | 'authorization'
  | 'challenge'
  | 'finalize'
  | 'certificate'
  | 'alternate'
  | 'other';

const endpoints: [RegExp, Endpoint][] = [
  [/^\/dir$/, 'directory'],
  [/^\/nonce-plz$/, 'newNonce'],
  [/^\/sign-me-up$/, 'newAccount'],
  [/^\/order-plz$/, 'newOrder'],
  [/^\/revoke-cert$/, 'revokeCert'],
  [/^\/rollover-account-key$/, 'keyChange'],
  [/\/renewalInfo\//, 'renewalInfo'],
  [/^\/my-account\//, 'account'],
  [/^\/my-order\//, 'order'],
  [/^\/authZ\//, 'authorization'],
  [/^\/chalZ\//, 'challenge'],
  [/^\/finalize-order\//, 'finalize'],
  [/^\/certZ\/.*\/alternate\//, 'alternate'],
  [/^\/certZ\//, 'certificate'],
];

/** One request as the proxy saw it. */
export interface Seen {
  at: number;
  method: string;
  path: string;
  endpoint: Endpoint;
  headers: IncomingMessage['headers'];
  body: string;
  /** The protected header of a signed request. */
  jws?: { alg: string; nonce?: string; url?: string; kid?: string; jwk?: unknown };
  /** Its payload; undefined for a POST-as-GET. */
  payload?: Record<string, unknown>;
  /** Of the answer that was sent; undefined when none was. */
  status?: number;
  /** The Replay-Nonce of that answer. */
  replayNonce?: string;
}

export interface Reply {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/**
 * What to do with one request: `forward` passes it to Pebble and resolves with its answer, as often as it is called.
 * Returned is what the client gets, which need not be an answer.
 */
export type Fault = (
  seen: Seen,
  forward: () => Promise<Reply>,
  proxy: FaultProxy,
) => Promise<Reply | 'drop' | 'stall' | 'endless'>;

export interface FaultHandle {
  /** How often it has struck. */
  readonly struck: number;
  remove(): void;
}

export interface FaultProxy {
  /** `https://127.0.0.1:PORT`; in all URLs of all answers, instead of Pebble's. */
  origin: string;
  directoryUrl: string;
  /** Of the proxy's own HTTPS. */
  caPem: string;
  /** Every request so far, in the order of arrival. */
  readonly seen: readonly Seen[];
  /** Nonces that a client has sent more than once: always a defect of the client. */
  readonly reusedNonces: readonly string[];
  /** How many TCP connections clients have opened. */
  readonly connections: number;
  /** The requests to one endpoint. */
  to(endpoint: Endpoint): Seen[];
  /**
   * Lets a fault strike the next `times` requests (default 1) to an endpoint after the next `after` ones (default 0).
   */
  inject(endpoint: Endpoint, fault: Fault, options?: { times?: number; after?: number }): FaultHandle;
  /** A nonce that Pebble takes. */
  freshNonce(): Promise<string>;
  /** Resolves as soon as a request to the endpoint has arrived that was not there before. */
  nextRequest(endpoint: Endpoint): Promise<Seen>;
  /** Breaks every connection, also those that a fault has stalled. */
  breakConnections(): void;
  stop(): Promise<void>;
}

/**
 * Starts a TLS proxy in front of a Pebble. Signed requests name their URL, so it cannot rewrite URLs; it need not,
 * because Pebble builds all URLs from the Host header, which is passed on.
 */
export async function startFaultProxy(pebble: Pick<Pebble, 'origin' | 'caPem'>): Promise<FaultProxy> {
  const identity = await createLocalIdentity('Fault proxy of the test harness');
  const agent = new Agent({ keepAlive: true, ca: pebble.caPem });
  const arrivals = new EventEmitter<{ seen: [Seen] }>();
  arrivals.setMaxListeners(0);
  const seen: Seen[] = [];
  const nonces = new Set<string>();
  const reusedNonces: string[] = [];
  const sockets = new Set<Duplex>();
  let faults: PlannedFault[] = [];
  let connections = 0;

  const server = createServer({ cert: identity.certificatePem, key: identity.privateKeyPem });
  server.on('connection', socket => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    answer(request, response).catch((cause: Error) => {
      if (cause instanceof NoAnswerError) console.error(cause.message);
      // Pebble hangs, cut off or is gone: the client is to see the same.
      response.destroy(cause);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const one = await observe(request);
    seen.push(one);
    if (one.jws?.nonce !== undefined) {
      if (nonces.has(one.jws.nonce)) reusedNonces.push(one.jws.nonce);
      nonces.add(one.jws.nonce);
    }
    arrivals.emit('seen', one);

    const forward = () => passOn(one);
    const planned = faults.find(candidate => candidate.isDue(one));
    const reply = planned ? await planned.strike(one, forward, proxy) : await forward();
    if (reply === 'stall') return;
    if (reply === 'drop') {
      response.socket?.destroy();
    } else if (reply === 'endless') {
      one.status = 200;
      sendEndlessly(response);
    } else {
      one.status = reply.status;
      const nonce = reply.headers['replay-nonce'];
      if (typeof nonce === 'string') one.replayNonce = nonce;
      response.writeHead(reply.status, withLength(reply));
      response.end(reply.body);
    }
  }

  function passOn(one: Seen): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { connection: _, 'content-length': __, 'transfer-encoding': ___, ...headers } = one.headers;
      const outgoing = requestHttps(
        `${pebble.origin}${one.path}`,
        { method: one.method, headers: { ...headers, host, 'content-length': Buffer.byteLength(one.body) }, agent },
        incoming => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('end', () => {
            const status = incoming.statusCode ?? 502;
            resolve({ status, headers: replyHeaders(incoming), body: Buffer.concat(chunks) });
          });
        },
      );
      outgoing.setTimeout(15_000, () =>
        outgoing.destroy(new NoAnswerError(`${pebbleHung} ${one.method} ${one.path}: no answer within 15 s.`)),
      );
      outgoing.once('error', reject);
      outgoing.end(one.body);
    });
  }

  const proxy: FaultProxy = {
    origin: `https://${host}`,
    directoryUrl: `https://${host}/dir`,
    caPem: identity.certificatePem,
    seen,
    reusedNonces,
    get connections() {
      return connections;
    },
    to: endpoint => seen.filter(one => one.endpoint === endpoint),
    inject(endpoint, fault, { times = 1, after = 0 } = {}) {
      const planned = new PlannedFault(endpoint, fault, times, after);
      faults.push(planned);
      return {
        get struck() {
          return planned.struck;
        },
        remove() {
          faults = faults.filter(other => other !== planned);
        },
      };
    },
    async freshNonce() {
      const path = '/nonce-plz';
      const reply = await passOn({
        at: Date.now(),
        method: 'GET',
        path,
        endpoint: 'newNonce',
        headers: { 'user-agent': 'certfleet-fault-proxy' },
        body: '',
      });
      const nonce = reply.headers['replay-nonce'];
      if (typeof nonce !== 'string') throw new Error(`Pebble gave no nonce: status ${reply.status}`);
      return nonce;
    },
    nextRequest: endpoint =>
      new Promise(resolve => {
        const look = (one: Seen) => {
          if (one.endpoint !== endpoint) return;
          arrivals.off('seen', look);
          resolve(one);
        };
        arrivals.on('seen', look);
      }),
    breakConnections() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      proxy.breakConnections();
      agent.destroy();
      await closed;
    },
  };
  return proxy;
}

class PlannedFault {
  readonly #endpoint: Endpoint;
  readonly #fault: Fault;
  readonly #times: number;
  #after: number;
  struck = 0;

  constructor(endpoint: Endpoint, fault: Fault, times: number, after: number) {
    this.#endpoint = endpoint;
    this.#fault = fault;
    this.#times = times;
    this.#after = after;
  }

  isDue(one: Seen): boolean {
    if (one.endpoint !== this.#endpoint || this.struck >= this.#times) return false;
    if (this.#after === 0) return true;
    this.#after -= 1;
    return false;
  }

  strike(...call: Parameters<Fault>): ReturnType<Fault> {
    this.struck += 1;
    return this.#fault(...call);
  }
}

async function observe(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const path = request.url ?? '/';
  const endpoint = endpoints.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
  return {
    at: Date.now(),
    method: request.method ?? 'GET',
    path,
    endpoint,
    headers: request.headers,
    body,
    ...signed(body),
  };
}

function signed(body: string): Pick<Seen, 'jws' | 'payload'> {
  if (!body.startsWith('{')) return {};
  const { protected: header, payload } = JSON.parse(body) as { protected?: string; payload?: string };
  if (typeof header !== 'string') return {};
  return { jws: decode(header) as NonNullable<Seen['jws']>, ...(payload && { payload: decode(payload) }) };
}

function decode(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text, 'base64url').toString());
}

function replyHeaders(incoming: IncomingMessage): Reply['headers'] {
  const headers: Reply['headers'] = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !['connection', 'transfer-encoding', 'content-length', 'date'].includes(name)) {
      headers[name] = value;
    }
  }
  return headers;
}

function withLength(reply: Reply): Reply['headers'] {
  // RFC 9110 §8.6: no Content-Length with 204.
  return reply.status === 204 ? reply.headers : { ...reply.headers, 'content-length': String(reply.body.length) };
}

/** A body without end, as fast as the client reads. */
function sendEndlessly(response: ServerResponse): void {
  const block = Buffer.alloc(65_536, 'A');
  response.writeHead(200, { 'content-type': 'application/pem-certificate-chain' });
  const more = () => {
    while (!response.destroyed && response.write(block));
  };
  response.on('drain', more);
  more();
}
