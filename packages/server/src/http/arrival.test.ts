import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectUpload, limitArrival } from './arrival.js';

const timeout = 400;
let app: FastifyInstance;
let socket: Socket;
let answer: string;

beforeEach(async () => {
  app = Fastify();
  limitArrival(app.server, timeout);
  app.addContentTypeParser('application/octet-stream', async (_request: unknown, payload: unknown) => payload);
  const count = async (body: AsyncIterable<Buffer>) => {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return { bytes };
  };
  app.post('/upload', request => {
    expectUpload(request.raw);
    return count(request.body as AsyncIterable<Buffer>);
  });
  app.post('/body', request => count(request.body as AsyncIterable<Buffer>));
  app.post('/refused', { onRequest: async (_request, reply) => reply.code(401).send() }, async () => undefined);
  app.get('/slow', async () => {
    await delay(3 * timeout);
    return 'at last';
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  socket = connect(port, '127.0.0.1');
  answer = '';
  socket.on('data', chunk => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
});
afterEach(async () => {
  socket.destroy();
  await app.close();
});

function begin(path: string): void {
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
}

/** A byte every quarter of the time-out, so many times, then the end. */
async function trickle(times: number): Promise<void> {
  for (let sent = 0; sent < times && !socket.destroyed; sent += 1) {
    socket.write('1\r\nx\r\n');
    await delay(timeout / 4);
  }
  if (!socket.destroyed) socket.write('0\r\n\r\n');
}

describe('a request of which not enough arrives in time is ended', () => {
  test('a body that trickles', async () => {
    begin('/body');
    const closed = once(socket, 'close');
    await trickle(20);
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('an upload that stalls', async () => {
    begin('/upload');
    socket.write('1\r\nx\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('the body of a request that was answered before', async () => {
    begin('/refused');
    const closed = once(socket, 'close');
    await trickle(20);
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).not.toContain('408');
  });
});

test('an upload that goes on takes as long as it takes', async () => {
  begin('/upload');
  await trickle(12);
  await expect.poll(() => answer, { timeout: 10_000 }).toContain('{"bytes":12}');
});

test('an answer may take longer than a request', async () => {
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
  await expect.poll(() => answer, { timeout: 10_000 }).toContain('at last');
});
