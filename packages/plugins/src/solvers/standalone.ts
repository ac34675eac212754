import { createServer, type Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { IpAddress, Port } from '@certfleet/contract';
import { z } from 'zod';
import { defineSolver, PluginError } from '../plugin.js';

/** What one listener answers: token → key authorization. It listens only while it has something to answer. */
interface Listener {
  server: Server;
  listening: Promise<void>;
  answers: Map<string, string>;
}

/** By address and port: several solvers and many orders may share one. */
const listeners = new Map<string, Listener>();

/** http-01 on a port of this machine, for names that point here and a port that nothing else uses. */
export const standaloneSolver = defineSolver({
  type: 'standalone',
  title: 'Standalone listener for http-01',
  challengeTypes: ['http-01'],
  config: z.object({
    address: IpAddress.default('0.0.0.0').describe('Address to listen on.'),
    port: Port.default(80).describe('CAs ask on port 80; another port needs a redirection in front.'),
  }),

  async check() {
    // Whether the port is free is only known, and only matters, at the moment of presenting.
  },

  async answersAt({ address, port }) {
    return { address, port, secure: false };
  },

  async present({ address, port }, presentations) {
    const listener = listen(address, port);
    for (const { token, value } of presentations) listener.answers.set(token, value);
    await listener.listening;
  },

  async cleanUp({ address, port }, presentations) {
    const listener = listeners.get(keyOf(address, port));
    if (!listener) return;
    for (const { token } of presentations) listener.answers.delete(token);
    if (listener.answers.size > 0) return;
    listeners.delete(keyOf(address, port));
    listener.server.closeAllConnections();
    await new Promise<void>(resolve => listener.server.close(() => resolve()));
  },
});

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}

function listen(address: string, port: number): Listener {
  const key = keyOf(address, port);
  const existing = listeners.get(key);
  if (existing) return existing;
  const answers = new Map<string, string>();
  const server = createServer((request, response) => {
    const token = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]+)$/.exec(request.url ?? '')?.[1];
    const keyAuthorization = token === undefined ? undefined : answers.get(token);
    response.writeHead(keyAuthorization ? 200 : 404, { 'content-type': 'text/plain', connection: 'close' });
    response.end(keyAuthorization ?? 'Not a challenge of an order that is running here.\n');
  });
  const listening = new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause: NodeJS.ErrnoException) => {
      listeners.delete(key);
      reject(
        new PluginError(cause.code === 'EACCES' ? 'credentials' : 'conflict', refusal(address, port, cause), { cause }),
      );
    });
  });
  server.listen({ host: address, port, exclusive: true });
  const listener = { server, listening, answers };
  listeners.set(key, listener);
  return listener;
}

function refusal(address: string, port: number, cause: NodeJS.ErrnoException): string {
  const where = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const tried = `Could not listen on ${where} for http-01: ${cause.message}.`;
  if (cause.code === 'EADDRINUSE') {
    return `${tried} Something else listens there: stop it, choose another port, or let a virtual service prove the name.`;
  }
  if (cause.code === 'EACCES') return `${tried} Ports below 1024 need root or CAP_NET_BIND_SERVICE.`;
  return `${tried} Choose an address of this machine.`;
}
