import { type ClientRequest, Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';

export interface LoadOptions {
  /** http: or https:, certificates are not checked. */
  url: string;
  /** Requests under way at once, each followed by the next one as soon as it is answered. */
  concurrency: number;
  /** `keep-alive`: each of them stays on its connection; `new-connection`: each request opens one. */
  mode: 'keep-alive' | 'new-connection';
  /** Milliseconds that each waits between an answer and its next request. */
  pause?: number;
  /** SNI and Host; left out: the URL's host. */
  serverName?: string;
}

export interface LoadFailure {
  /** Milliseconds since the load began. */
  at: number;
  why: string;
}

export interface LoadResult {
  /** Every request that was begun; each is either in `answered` or in `failures`. */
  sent: number;
  /** Answered with status 200 and a complete body. */
  answered: number;
  failures: LoadFailure[];
  /** Connections that were opened. */
  connections: number;
  seconds: number;
  /** For https: how many requests saw the certificate with this serial number. */
  serials: Map<string, number>;
}

export interface RunningLoad {
  /** Resolves when that many requests in all have been answered or have failed. */
  reached(requests: number): Promise<void>;
  /** Lets the requests under way finish and tells what became of all. */
  stop(): Promise<LoadResult>;
}

const timeoutMs = 20_000;

/**
 * Sends requests until it is stopped and counts exactly what became of each. Nothing is tried again: a request whose
 * connection was closed under it has failed.
 */
export function startLoad(options: LoadOptions): RunningLoad {
  const begin = performance.now();
  const result: LoadResult = { sent: 0, answered: 0, failures: [], connections: 0, seconds: 0, serials: new Map() };
  const waiting: { requests: number; resolve: () => void }[] = [];
  let stopping = false;

  async function worker(): Promise<void> {
    const agent = makeAgent(options);
    while (!stopping) {
      result.sent += 1;
      try {
        await sendOne(options, agent, result);
        result.answered += 1;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        result.failures.push({ at: Math.round(performance.now() - begin), why });
      }
      const done = result.answered + result.failures.length;
      for (const waiter of waiting) if (done >= waiter.requests) waiter.resolve();
      if (options.pause !== undefined) await delay(options.pause);
    }
    agent.destroy();
  }

  const workers = Array.from({ length: options.concurrency }, worker);
  return {
    reached: requests =>
      new Promise(resolve => {
        if (result.answered + result.failures.length >= requests) resolve();
        else waiting.push({ requests, resolve });
      }),
    async stop() {
      stopping = true;
      await Promise.all(workers);
      result.seconds = (performance.now() - begin) / 1000;
      return result;
    },
  };
}

function makeAgent({ url, mode, serverName }: LoadOptions): HttpAgent | HttpsAgent {
  const keepAlive = mode === 'keep-alive';
  if (url.startsWith('http:')) return new HttpAgent({ keepAlive, maxSockets: 1 });
  // No session cache: each new connection shakes hands in full, and so sees the certificate.
  const names = serverName === undefined ? {} : { servername: serverName };
  return new HttpsAgent({ keepAlive, maxSockets: 1, rejectUnauthorized: false, maxCachedSessions: 0, ...names });
}

function sendOne(options: LoadOptions, agent: HttpAgent | HttpsAgent, result: LoadResult): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = options.serverName === undefined ? {} : { host: options.serverName };
    const answered = (response: IncomingMessage) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        else if (!response.complete) reject(new Error('the body is incomplete'));
        else resolve();
      });
      // Read here: after the end the socket may be gone.
      noteSerial(response, result);
    };
    const request: ClientRequest = options.url.startsWith('http:')
      ? httpGet(options.url, { agent, headers, timeout: timeoutMs }, answered)
      : httpsGet(options.url, { agent: agent as HttpsAgent, headers, timeout: timeoutMs }, answered);
    request.once('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.once('error', reject);
    request.once('socket', () => {
      if (!request.reusedSocket) result.connections += 1;
    });
  });
}

function noteSerial(response: IncomingMessage, { serials }: LoadResult): void {
  if (!('getPeerX509Certificate' in response.socket)) return;
  const serial = (response.socket as TLSSocket).getPeerX509Certificate()?.serialNumber;
  if (serial !== undefined) serials.set(serial, (serials.get(serial) ?? 0) + 1);
}
