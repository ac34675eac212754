/**
 * A CA that says what a test tells it to, over real HTTPS on a free port of 127.0.0.1. It keeps account of nonces as
 * strictly as RFC 8555 §6.5 wants: each is good for one request, anything else is badNonce.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { privateKeyPem } from '../key.js';
import { issue } from './issue.js';

export interface ScriptedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Decoded protected header and payload of a signed request; payload undefined for POST-as-GET. */
  protectedHeader: { nonce?: string; kid?: string; jwk?: object; url?: string; alg?: string };
  payload: unknown;
  /** Number of the connection that it came over, from 1. */
  connection: number;
}

export interface ScriptedReply {
  status?: number;
  headers?: Record<string, string | string[]>;
  /** A string or Buffer goes out as it is, anything else as JSON. */
  body?: unknown;
  /** No Replay-Nonce, or this one. */
  nonce?: false | string;
  /** Ends the connection: before the answer, or after its first octets. */
  hangUp?: 'before' | 'within';
  /** Never answers. */
  silent?: boolean;
  /** Sends octets for as long as anyone reads. */
  endless?: boolean;
}

export type Script = ScriptedReply | ((request: ScriptedRequest) => ScriptedReply);

export interface ScriptedCa {
  origin: string;
  directoryUrl: string;
  /** PEM, to be trusted as root. */
  root: string;
  requests: ScriptedRequest[];
  /** Replies for a path, in order; the last one stays. Replaces what was said before. */
  on(path: string, ...replies: Script[]): void;
  /** Paths of all requests so far, `POST /new-order`. */
  log(): string[];
  stop(): Promise<void>;
}

const problem = (name: string, status: number, detail = name): ScriptedReply => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: `urn:ietf:params:acme:error:${name}`, status, detail },
});

export { problem as problemReply };

export async function startScriptedCa(): Promise<ScriptedCa> {
  const root = await issue({ commonName: 'Scripted CA', isCa: true });
  const identifiers = [{ type: 'ip', value: '127.0.0.1' } as const];
  const own = await issue({ commonName: 'localhost', issuer: root, identifiers });
  const scripts = new Map<string, Script[]>();
  const requests: ScriptedRequest[] = [];
  const unusedNonces = new Set<string>();
  const connections = new Map<Socket, number>();
  let counter = 0;

  const freshNonce = () => {
    const nonce = `nonce-${counter++}`;
    unusedNonces.add(nonce);
    return nonce;
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming, connections.get(incoming.socket) ?? 0);
    requests.push(request);
    const { nonce } = request.protectedHeader;
    const nonceIsGood = request.method !== 'POST' || (nonce !== undefined && unusedNonces.delete(nonce));
    const replies = scripts.get(request.path) ?? [problem('malformed', 404, 'no such page')];
    const next = nonceIsGood ? (replies.length > 1 ? replies.shift() : replies[0]) : problem('badNonce', 400);
    const reply = typeof next === 'function' ? next(request) : (next ?? {});
    const given = reply.nonce ?? (request.method === 'POST' || request.path === '/new-nonce' ? freshNonce() : false);
    send(response, reply, given);
  };

  const server = createServer({ cert: own.pem, key: privateKeyPem(own.key) }, (incoming, response) => {
    void answer(incoming, response);
  });
  server.on('secureConnection', socket => connections.set(socket, connections.size + 1));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The scripted CA has no port.');
  const origin = `https://127.0.0.1:${address.port}`;

  const ca: ScriptedCa = {
    origin,
    directoryUrl: `${origin}/directory`,
    root: root.pem,
    requests,
    on: (path, ...replies) => {
      scripts.set(path, replies);
    },
    log: () => requests.map(({ method, path }) => `${method} ${path}`),
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  ca.on('/directory', { body: directoryAt(origin) });
  ca.on('/new-nonce', { status: 204 });
  return ca;
}

export function directoryAt(origin: string, more: object = {}): object {
  return {
    newNonce: `${origin}/new-nonce`,
    newAccount: `${origin}/new-account`,
    newOrder: `${origin}/new-order`,
    revokeCert: `${origin}/revoke-cert`,
    keyChange: `${origin}/key-change`,
    renewalInfo: `${origin}/renewal-info`,
    // Boulder adds a random member, whose value is no URL of its own.
    'x5Tz-random': 'https://community.example/adding-random-entries',
    meta: { termsOfService: 'https://ca.example/terms', profiles: { default: 'Ninety days' } },
    ...more,
  };
}

async function readRequest(incoming: IncomingMessage, connection: number): Promise<ScriptedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request = {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    connection,
    protectedHeader: {},
    payload: undefined,
  };
  if (chunks.length === 0) return request;
  const jws = JSON.parse(Buffer.concat(chunks).toString()) as { protected: string; payload: string };
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return {
    ...request,
    protectedHeader: decode(jws.protected),
    payload: jws.payload === '' ? undefined : decode(jws.payload),
  };
}

function send(response: ServerResponse, reply: ScriptedReply, nonce: string | false): void {
  if (reply.silent) return;
  if (reply.hangUp === 'before') {
    response.socket?.destroy();
    return;
  }
  const raw = typeof reply.body === 'string' || Buffer.isBuffer(reply.body);
  response.writeHead(reply.status ?? 200, {
    ...(reply.body !== undefined && !raw && { 'content-type': 'application/json' }),
    ...(nonce !== false && { 'replay-nonce': nonce }),
    ...reply.headers,
  });
  if (reply.endless) {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  } else if (reply.hangUp === 'within') {
    response.write('{"status":', () => response.socket?.destroy());
  } else {
    response.end(
      raw ? (reply.body as string | Buffer) : reply.body === undefined ? undefined : JSON.stringify(reply.body),
    );
  }
}
