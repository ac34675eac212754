import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HaproxyInstance } from '@certfleet/haproxy';
import { onTestFinished } from 'vitest';
import { findHaproxy } from '../../harness/haproxy.js';
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

function listen(server: Server): Promise<void> {
  return new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}
