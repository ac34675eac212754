import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Exchange {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ExchangeOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Trusted instead of the public CAs. */
  ca?: string;
  /** Default: 5 s. */
  timeoutMs?: number;
}

// ACME servers refuse requests without one.
const userAgent = 'certfleet-test-harness';

/** One HTTP request of the harness itself, on a connection of its own, with an answer or an error in bounded time. */
export function exchange(url: string, options: ExchangeOptions = {}): Promise<Exchange> {
  const { method = 'GET', headers = {}, body, ca, timeoutMs = 5_000 } = options;
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers: { 'user-agent': userAgent, ...headers }, agent: false, ...(ca && { ca }) },
      incoming => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    const timer = setTimeout(() => {
      outgoing.destroy(new NoAnswerError(`${method} ${url}: no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    outgoing.once('close', () => clearTimeout(timer));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** It accepted the request and stayed silent, or accepted nothing. */
export class NoAnswerError extends Error {}

/** Like {@link exchange}, but an answer other than 2xx is an error that says what came back. */
export async function exchangeOk(url: string, options: ExchangeOptions = {}): Promise<Exchange> {
  const answer = await exchange(url, options);
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`${options.method ?? 'GET'} ${url} answered ${answer.status}: ${answer.body.slice(0, 500)}`);
  }
  return answer;
}
