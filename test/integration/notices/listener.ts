import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Digest } from '@certfleet/plugins';
import { onTestFinished } from 'vitest';

/** A web server that takes digests and heartbeats. */
export interface Listener {
  url: string;
  /** What it has taken, in order. */
  digests: Digest[];
  /** How many requests without a body it has had. */
  beats(): number;
  /** What it answers from now on; 0: it takes the message and ends the connection without an answer. */
  status: number;
  /** It answers 422 to what fits. */
  refuses: RegExp | null;
}

/** Starts one until the end of the test; `atEnd`: until what it is given is called. */
export async function startListener(atEnd: (close: () => Promise<void>) => void = onTestFinished): Promise<Listener> {
  let beats = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const status = listener.refuses?.test(body) ? 422 : listener.status;
    if (status === 0 || status === 200) {
      if (body === '') beats += 1;
      else listener.digests.push(JSON.parse(body) as Digest);
    }
    if (status === 0) request.socket.destroy();
    else response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise<void>(resolve => server.close(() => resolve()));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const listener: Listener = { url, digests: [], beats: () => beats, status: 200, refuses: null };
  return listener;
}
