import { endpoints } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { run } from '../testing/run.js';
import { event } from '../testing/samples.js';
import type { Connection } from './connect.js';
import { followEvents, readEvents } from './server-events.js';

const message = (id: number) => `id: ${id}\nevent: event\ndata: ${JSON.stringify({ ...event, id })}\n\n`;

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  yield* texts.map(text => Buffer.from(text));
}

async function ids(body: AsyncIterable<Buffer>): Promise<number[]> {
  const found: number[] = [];
  for await (const { id } of readEvents(body)) found.push(id);
  return found;
}

describe('a stream of events is read', () => {
  test('however it is cut into chunks', async () => {
    const text = `retry: 3000\n\n:\n\n${message(1)}${message(2)}`;
    expect(await ids(chunks(...(text.match(/[\s\S]{1,7}/g) ?? [])))).toEqual([1, 2]);
  });

  test('without its progress messages', async () => {
    expect(await ids(chunks('event: progress\ndata: {"subject":"certificate:www"}\n\n', message(3)))).toEqual([3]);
  });
});

test('a stream that ends is opened again after the last event', async () => {
  const abort = new AbortController();
  const asked: Record<string, string>[] = [];
  const bodies = [chunks(message(7)), chunks(message(8))];
  const connection = {
    stream: async (path: string, headers: Record<string, string>) => {
      expect(path).toBe(endpoints.stream.path);
      asked.push(headers);
      const body = bodies.shift();
      if (!body) throw new Error('the network is gone');
      return body;
    },
  } as Partial<Connection> as Connection;
  const lost: string[] = [];
  const seen: number[] = [];
  const world = { delay: async () => undefined };
  for await (const { id } of followEvents(connection, world, abort.signal, reason => {
    lost.push(reason);
    if (lost.length === 3) abort.abort();
  })) {
    seen.push(id);
  }
  expect(seen).toEqual([7, 8]);
  expect(asked).toEqual([{}, { 'last-event-id': '7' }, { 'last-event-id': '8' }]);
  expect(lost).toEqual(['the server ended the stream', 'the server ended the stream', 'the network is gone']);
});

describe('certfleet event follow', () => {
  const stream = [message(1), message(2).replaceAll('user:alice', 'system')];

  test('prints a line for each event that is asked for', async () => {
    const { stdout, exitCode } = await run(['event', 'follow', '--actor', 'system'], { stream });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `2026-11-21 09:55 UTC  system  certificate.issued certificate:www  succeeded: ${event.message}\n`,
    );
  });

  test('--json prints a document a line', async () => {
    const { stdout } = await run(['event', 'follow', '--json'], { stream });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).id),
    ).toEqual([1, 2]);
  });
});
