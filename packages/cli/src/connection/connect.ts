import { ApiClient } from '@certfleet/contract';
import type { World } from '../command.js';
import { type Credentials, resolveCredentials } from './credentials.js';
import { openTransport } from './transport.js';

/** A way to the server, as someone. */
export interface Connection {
  /** The server's origin. */
  url: string;
  client: ApiClient;
  /** The body of a GET below the origin, as it comes. */
  stream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  close(): Promise<void>;
}

/** Connects as `authorization` says: `Bearer <token>` or `Basic <name and password>`. */
export function connectAs(server: Omit<Credentials, 'token'>, authorization: string): Connection {
  const url = new URL(server.url);
  const transport = openTransport(url, server.fingerprint);
  const headers = { authorization };
  return {
    url: url.origin,
    client: new ApiClient(transport.send, () => headers),
    stream: (path, more, signal) =>
      transport.stream(path, { ...headers, ...more, accept: 'text/event-stream' }, signal),
    close: () => transport.close(),
  };
}

/** Connects with the user's token. Throws a Failure when there is none. */
export async function connect(world: World): Promise<Connection> {
  const credentials = await resolveCredentials(world.env, world.home);
  return connectAs(credentials, `Bearer ${credentials.token}`);
}
