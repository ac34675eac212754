import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RuntimeSocket } from './runtime-socket.js';

/** Something that is spoken to as HAProxy is. */
async function listen(answer: (socket: Socket, text: string) => void): Promise<RuntimeSocket> {
  const folder = mkdtempSync(join(tmpdir(), 'runtime-'));
  const server = createServer({ allowHalfOpen: true }, socket => {
    let text = '';
    socket.on('data', chunk => {
      text += chunk;
    });
    socket.on('end', () => answer(socket, text));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>(resolve => server.listen(join(folder, 's'), resolve));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  return new RuntimeSocket(join(folder, 's'));
}

const echo = (socket: Socket, text: string) => socket.end(text);

test('a command is one line, and the answer is all that comes until the end', async () => {
  const socket = await listen(echo);
  expect(await socket.ask('show info; show stat')).toBe('show info; show stat\n');
});

test('a payload ends with the only blank line', async () => {
  const socket = await listen(echo);
  expect(await socket.ask('set ssl cert x', 'a\n\n b\r\n \nc\n')).toBe('set ssl cert x <<\na\n b\nc\n\n');
});

test('a command with a line break is a bug of the caller', async () => {
  const socket = await listen(echo);
  expect(() => socket.ask('show info\nshow stat')).toThrow(TypeError);
});

describe('failures', () => {
  test('nobody listens', async () => {
    await expect(new RuntimeSocket('/nowhere/s').ask('show info')).rejects.toMatchObject({
      reason: 'notRunning',
      message: expect.stringMatching(/show info.*\/nowhere\/s answered ENOENT/),
    });
  });

  test('no answer', async () => {
    const socket = await listen(other => onTestFinished(() => void other.destroy()));
    await expect(socket.ask('show info', undefined, { timeout: 50 })).rejects.toMatchObject({ reason: 'timedOut' });
  });

  test('too much of it', async () => {
    const socket = await listen(other => other.end('x'.repeat(1_000_000)));
    await expect(socket.ask('show stat', undefined, { maxAnswer: 1000 })).rejects.toMatchObject({
      reason: 'commandFailed',
      message: expect.stringContaining('1000 bytes'),
    });
  });

  test.each([
    'Unknown map identifier. Please use #<id> or <file>.',
    "Can't find map",
    'Permission denied',
    "unable to load SSL certificate into SSL Context '/x'.",
    "'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) and a payload",
    "Unknown command: 'x', but maybe one of the following ones is a better match:",
    "certificate '/x' doesn't exist!",
    'No such proxy.',
  ])('what HAProxy says: %s', async words => {
    const socket = await listen(other => other.end(`${words}\n\n`));
    await expect(socket.run('add map x y z')).rejects.toMatchObject({ reason: 'commandFailed', detail: words });
  });
});
