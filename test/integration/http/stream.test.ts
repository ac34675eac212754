import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { streamMessages } from '@certfleet/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { minutes } from '../../../packages/server/src/domain/time.js';
import { startHttp, type TestServer } from './server.js';

interface Message {
  id?: string;
  event?: string;
  data?: string;
}

/** A reader of /api/v1/stream over a real socket. */
class Reader {
  readonly messages: Message[] = [];
  /** Signs of life, which come at times of their own. */
  beats = 0;
  ended = false;
  readonly #request: ClientRequest;
  #changed: () => void = () => undefined;

  private constructor(outgoing: ClientRequest, response: IncomingMessage) {
    this.#request = outgoing;
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      this.#changed();
    });
    response.once('close', () => {
      this.ended = true;
      this.#changed();
    });
    response.once('error', () => response.destroy());
  }

  static async open(port: number, headers: Record<string, string>): Promise<Reader> {
    const outgoing = request({ host: '127.0.0.1', port, path: '/api/v1/stream', headers }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/event-stream');
    return new Reader(outgoing, response);
  }

  #take(block: string): void {
    const fields = Object.fromEntries(block.split('\n').map(line => line.split(/: (.*)/s).slice(0, 2)));
    if (fields.event === 'alive') this.beats += streamMessages.alive.safeParse(JSON.parse(fields.data)).success ? 1 : 0;
    else if (fields.data) this.messages.push(fields);
  }

  /** Waits until the condition holds; the test's own time-out is the deadline. */
  async until(condition: (reader: Reader) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>(resolve => (this.#changed = resolve));
  }

  get texts(): string[] {
    return this.messages.map(({ data }) => JSON.parse(data ?? '').message);
  }

  close(): void {
    this.#request.destroy();
  }
}

const quick = { heartbeat: 50, poll: 25, gather: 1, patience: 500 };
let server: TestServer;
let port: number;
let viewer: { authorization: string };
const readers: Reader[] = [];
beforeEach(async () => {
  server = await startHttp({ streamPace: quick });
  ({ port } = await server.listen());
  viewer = await server.bearer('viewer');
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await server.close();
});

async function read(headers: Record<string, string>): Promise<Reader> {
  const reader = await Reader.open(port, headers);
  readers.push(reader);
  return reader;
}

async function happen(message: string, action = 'certificate.issued'): Promise<number> {
  return (await server.store.events.append({ actor: 'system', action, outcome: 'succeeded', message })).id;
}

test('events and progress come as they happen, as the contract says', async () => {
  await happen('before');
  const reader = await read(viewer);
  await happen('first');
  await reader.until(({ messages }) => messages.length === 1);
  server.tellProgress({ subject: 'certificate:web', step: 'validating', message: 'The CA validates' });
  await reader.until(({ messages }) => messages.length === 2);
  await happen('second');
  await reader.until(({ messages }) => messages.length === 3);
  expect(reader.texts).toEqual(['first', 'The CA validates', 'second']);
  expect(reader.messages.map(({ event, id }) => [event, id !== undefined])).toEqual([
    ['event', true],
    ['progress', false],
    ['event', true],
  ]);
  for (const { event, data } of reader.messages) {
    expect(() => streamMessages[event as 'event' | 'progress'].parse(JSON.parse(data ?? ''))).not.toThrow();
  }
});

test('with Last-Event-ID it goes on where it was: nothing is missed, nothing comes twice', async () => {
  const reader = await read(viewer);
  await happen('1');
  await reader.until(({ messages }) => messages.length === 1);
  reader.close();
  for (const message of ['2', '3', '4']) await happen(message);
  const again = await read({ ...viewer, 'last-event-id': reader.messages[0]?.id ?? '' });
  await happen('5');
  await again.until(({ messages }) => messages.length === 4);
  expect(again.texts).toEqual(['2', '3', '4', '5']);
});

test('a thousand missed events come in order', async () => {
  const first = await happen('0');
  await server.store.transaction(async tx => {
    for (let n = 1; n <= 1000; n++) {
      await tx.events.append({
        actor: 'system',
        action: 'certificate.issued',
        outcome: 'succeeded',
        message: String(n),
      });
    }
  });
  const reader = await read({ ...viewer, 'last-event-id': String(first) });
  await reader.until(({ messages }) => messages.length === 1000);
  expect(reader.texts).toEqual(Array.from({ length: 1000 }, (_, n) => String(n + 1)));
});

test('a Last-Event-ID that is none is refused', async () => {
  const headers = { ...viewer, 'last-event-id': 'x' };
  const reply = await server.app.inject({ url: '/api/v1/stream', headers });
  expect(reply.json()).toMatchObject({ code: 'invalid-input' });
});

test('events about users are for administrators', async () => {
  const [asViewer, asAdmin] = [await read(viewer), await read(await server.bearer('admin'))];
  await happen('a user', 'user.created');
  await happen('a certificate');
  await asViewer.until(({ messages }) => messages.length === 1);
  await asAdmin.until(({ messages }) => messages.length === 2);
  expect(asViewer.texts).toEqual(['a certificate']);
  expect(asAdmin.texts).toEqual(['a user', 'a certificate']);
});

test('an event that becomes visible behind a later one is sent all the same', async () => {
  const reader = await read(viewer);
  const hidden = await happen('committed late');
  // As on PostgreSQL while the transaction with the lower id is still open.
  const { after } = server.store.events;
  let visible = false;
  server.store.events.after = async (id, limit) =>
    (await after.call(server.store.events, id, limit)).filter(event => visible || event.id !== hidden);
  await happen('committed first');
  await reader.until(({ texts }) => texts.includes('committed first'));
  visible = true;
  await reader.until(({ texts }) => texts.includes('committed late'));
  expect(reader.messages).toHaveLength(2);
});

test('it beats while nothing happens', async () => {
  const reader = await read(viewer);
  await reader.until(({ beats }) => beats >= 2);
  expect(reader.messages).toEqual([]);
});

test('it ends with its token', async () => {
  const reader = await read(viewer);
  const [token] = (await server.store.tokens.list({})).items;
  await server.store.tokens.delete(token?.name ?? '');
  await reader.until(({ ended }) => ended);
});

test('it ends when its user gets another role', async () => {
  await server.addUser('anna', 'admin');
  await server.addUser('bert', 'admin');
  const { cookie } = await server.signIn('anna');
  const reader = await read({ cookie });
  await server.store.users.change('anna', { role: 'viewer' });
  await reader.until(({ ended }) => ended);
});

test('it makes no session last longer', async () => {
  await server.addUser('anna', 'viewer');
  const { cookie } = await server.signIn('anna');
  server.clock.pass(minutes(59));
  const reader = await read({ cookie });
  await reader.until(({ beats }) => beats >= 2);
  server.clock.pass(minutes(1));
  await reader.until(({ ended }) => ended);
});

test('it ends with its session', async () => {
  await server.addUser('anna', 'viewer');
  const session = await server.signIn('anna');
  const reader = await read({ cookie: session.cookie });
  await server.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: session });
  await reader.until(({ ended }) => ended);
});

test('closing the server ends it, and does not wait for it', async () => {
  const reader = await read(viewer);
  await server.app.close();
  await reader.until(({ ended }) => ended);
});

test('a reader that takes nothing is dropped, and what it does not take is not read from the store', async () => {
  const message = 'x'.repeat(10_000);
  await server.store.transaction(async tx => {
    for (let n = 0; n < 2000; n++) {
      await tx.events.append({ actor: 'system', action: 'certificate.issued', outcome: 'succeeded', message });
    }
  });
  const { after } = server.store.events;
  let furthest = 0;
  server.store.events.after = async (id, limit) => {
    furthest = Math.max(furthest, id);
    return await after.call(server.store.events, id, limit);
  };
  const socket = await stalled();
  await expect.poll(openConnections, { timeout: 20_000 }).toBe(0);
  expect(furthest).toBeGreaterThan(0);
  expect(furthest, 'the rest stays in the store').toBeLessThan(1900);
  socket.destroy();
});

/** A client that asks for the stream and never reads. */
async function stalled(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.on('error', () => socket.destroy());
  socket.pause();
  socket.write(
    `GET /api/v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: ${viewer.authorization}\r\nlast-event-id: 0\r\n\r\n`,
  );
  await expect.poll(openConnections, { timeout: 20_000 }).toBe(1);
  return socket;
}

function openConnections(): Promise<number> {
  return new Promise((resolve, reject) => {
    server.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
