import {
  type RequestOptions as ClientOptions,
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  request,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { HaproxyInstance, type LoadBalancerInput, RuntimeSocket } from '@certfleet/haproxy';
import { onTestFinished } from 'vitest';
import { findHaproxy } from '../../harness/haproxy.js';
import { freePort } from '../../harness/ports.js';
import { createWorkdir } from '../../harness/workdir.js';

/** An instance in a folder of its own; its HAProxy ends with the test. */
export async function openInstance(directory = createWorkdir('haproxy').path): Promise<HaproxyInstance> {
  const instance = await HaproxyInstance.open({ directory, binary: (await findHaproxy()).path });
  onTestFinished(() => instance.stop());
  return instance;
}

/** A real server that says its name, until the test ends. */
export async function startRealServer(
  answer: string | RequestListener = 'ok',
): Promise<{ address: string; port: number }> {
  const server = createServer(typeof answer === 'string' ? (_, response) => response.end(answer) : answer);
  // Never the first to close: what fails must be the load balancer's doing.
  server.keepAliveTimeout = 0;
  await listen(server);
  onTestFinished(() => close(server));
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

export type Service = NonNullable<LoadBalancerInput['virtualServices']>[number];
export type ServerInput = NonNullable<Service['realServers']>[number];
export type RuleInput = NonNullable<LoadBalancerInput['contentRules']>[number];

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request on a connection of its own. Rejects if that is closed without an answer. */
export function ask(port: number, options: ClientOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent: false, ...options }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** What a server of TLS chooses of these protocols (RFC 7301). Rejects if the handshake fails. */
export function negotiatedProtocol(port: number, offered: string[]): Promise<string | false | null> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, ALPNProtocols: offered, rejectUnauthorized: false };
    const socket = connect(options, () => {
      resolve(socket.alpnProtocol);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** An http service with real servers that say `1`, `2` …, on a free port of an HAProxy of its own. */
export async function startService(settings: Partial<Service> = {}, servers: Partial<ServerInput>[] = [{}, {}]) {
  const realServers: ServerInput[] = [];
  for (const [i, server] of servers.entries())
    realServers.push({ index: i + 1, ...(await startRealServer(String(i + 1))), ...server });
  const port = await freePort();
  const service: Service = { index: 1, type: 'http', address: '127.0.0.1', port, realServers, ...settings };
  const instance = await openInstance();
  await instance.start({ virtualServices: [service] });
  const runtime = new RuntimeSocket(instance.paths.runtimeSocket);
  return {
    instance,
    service,
    port,
    runtime,
    body: async (options: ClientOptions = {}) => (await ask(port, options)).body,
    /** Adds a service beside it. */
    reload: async () => {
      const other: Service = { index: 2, type: 'http', address: '127.0.0.1', port: await freePort() };
      const { action } = await instance.apply({ virtualServices: [service, other] });
      if (action !== 'reloaded') throw new Error(`HAProxy was ${action}`);
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}
