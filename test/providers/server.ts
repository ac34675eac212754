import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a provider's fake sees it. */
export interface ProviderRequest {
  method: string;
  /** Decoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ProviderReply {
  status: number;
  /** Sent as JSON, unless it is text already. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ProviderServer {
  /** `http://127.0.0.1:1234` */
  url: string;
  /** `GET /zones?page=1`, in the order in which they came. */
  requests: string[];
  throttle(requests: number): void;
  fail(requests: number): void;
  /** From now on requests are taken and not answered, or only the beginning of it; null: all is well again. */
  hang(how: 'silent' | 'halfway' | null): void;
  /** Does what the `nth` request from now asks for, and loses the answer to it. Returns whether that has come to pass. */
  lose(nth: number): () => boolean;
  stop(): Promise<void>;
}

/**
 * The HTTP server of a provider's fake: `answer` has the vendor's rules. The next requests can be refused as too many,
 * in the vendor's words, or fail by themselves.
 */
export async function startProviderServer(
  answer: (request: ProviderRequest) => ProviderReply | Promise<ProviderReply>,
  throttled: ProviderReply,
): Promise<ProviderServer> {
  const requests: string[] = [];
  let throttling = 0;
  let failing = 0;
  let hanging: 'silent' | 'halfway' | null = null;
  let losing = 0;
  const badGateway = { status: 502, body: '<html>Bad gateway</html>' };
  const decide = async (incoming: IncomingMessage): Promise<ProviderReply> => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    requests.push(`${incoming.method} ${incoming.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    if (throttling > 0) {
      throttling -= 1;
      return throttled;
    }
    if (failing > 0) {
      failing -= 1;
      return badGateway;
    }
    const { method = 'GET', headers } = incoming;
    const body = Buffer.concat(chunks).toString();
    const path = decodeURIComponent(url.pathname);
    const reply = await answer({ method, path, query: url.searchParams, headers, body });
    losing -= 1;
    return losing === 0 ? badGateway : reply;
  };
  const server = createServer((incoming, outgoing) => {
    if (hanging === 'halfway') outgoing.writeHead(200, { 'content-length': 1000 }).write('{');
    if (hanging !== null) return;
    decide(incoming).then(
      ({ status, body, headers = {} }) => {
        const type = typeof body === 'string' ? 'text/html' : 'application/json';
        outgoing.writeHead(status, { 'content-type': type, ...headers });
        outgoing.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
      },
      error => outgoing.destroy(error),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    throttle: count => {
      throttling = count;
    },
    fail: count => {
      failing = count;
    },
    hang: how => {
      hanging = how;
    },
    lose: nth => {
      losing = nth;
      return () => losing <= 0;
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The items of a page, counted from 1, as most vendors cut them. */
export function pageOf<T>(items: readonly T[], page: number, size: number): { items: T[]; pages: number } {
  return { items: items.slice((page - 1) * size, page * size), pages: Math.max(1, Math.ceil(items.length / size)) };
}

/** The longest of these zones that holds a name; undefined when none does. */
export function zoneHolding<T extends { name: string }>(name: string, zones: readonly T[]): T | undefined {
  const fitting = zones.filter(zone => name === zone.name || name.endsWith(`.${zone.name}`));
  return fitting.toSorted((one, other) => other.name.length - one.name.length)[0];
}
