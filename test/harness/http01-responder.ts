import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers http-01 on a port of 127.0.0.1 for what is presented to it: for tests of the ACME client alone. */
export interface Http01Responder {
  /** To be given to Pebble as `httpPort`. */
  port: number;
  /** Path (`/.well-known/acme-challenge/TOKEN`) → body. Whatever is not in it is answered with 404. */
  readonly answers: Map<string, string>;
  stop(): Promise<void>;
}

export async function startHttp01Responder(): Promise<Http01Responder> {
  const answers = new Map<string, string>();
  const server = createServer((request, response) => {
    const body = answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/plain' }).end(body ?? 'nothing here');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    answers,
    async stop() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
