import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

/** What this process has sent so far. */
export interface Traffic {
  requests: number;
  heads: number;
  connections: number;
}

/**
 * Counts the HTTP requests of this process, by the channels on which Node's own client and undici announce them, and
 * the TCP connections that it opens to a port of this machine. To be called before anything is sent.
 */
export function countTraffic(port: number): Traffic {
  const traffic: Traffic = { requests: 0, heads: 0, connections: 0 };
  const count = (message: unknown) => {
    traffic.requests += 1;
    if ((message as { request: { method: string } }).request.method === 'HEAD') traffic.heads += 1;
  };
  subscribe('http.client.request.start', count);
  subscribe('undici:request:create', count);

  // Neither library announces connections in the same way; both come through here.
  const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    if (mentionsPort(args, port)) traffic.connections += 1;
    return connect.apply(this, args);
  };
  return traffic;
}

function mentionsPort(args: unknown[], port: number): boolean {
  return args.flat().some(arg => typeof arg === 'object' && arg !== null && 'port' in arg && Number(arg.port) === port);
}
