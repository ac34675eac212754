import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger, keptIn } from './logger.js';
import { type LogLine, SystemLog } from './system-log.js';

let dataDir: string;
let log: SystemLog;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'system-log-'));
  log = SystemLog.open(dataDir, 10_000);
});
afterEach(() => {
  log.close();
  rmSync(dataDir, { recursive: true });
});

async function kept(since = 0): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of log.lines(since)) lines.push(line);
  return lines;
}
const messages = async (since?: number) => (await kept(since)).map(({ message }) => message);
const line = (at: number, msg: string) => `${JSON.stringify({ level: 30, time: at, msg })}\n`;

test('lines come back from a moment on, the oldest first, also after another start', async () => {
  log.write(line(1, 'one'));
  log.write(line(2, 'two'));
  log.close();
  log = SystemLog.open(dataDir, 10_000);
  log.write(line(3, 'three'));
  expect(await messages()).toEqual(['one', 'two', 'three']);
  expect(await messages(2)).toEqual(['two', 'three']);
});

test('what is kept is bounded, and the newest of it', async () => {
  for (let number = 0; number < 2000; number += 1) log.write(line(number, `message ${number}`));
  const folder = join(dataDir, 'log');
  const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(size).toBeLessThan(20_100);
  const newest = await messages();
  expect(newest.length).toBeGreaterThan(150);
  expect(newest).toEqual(newest.map((_, index) => `message ${2000 - newest.length + index}`));
});

test('nobody else can read it', () => {
  log.write(line(1, 'one'));
  expect(statSync(join(dataDir, 'log')).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, 'log', 'certfleet.log')).mode & 0o777).toBe(0o600);
});

test('a line that a crash has cut off is left out', async () => {
  log.write(line(1, 'one'));
  appendFileSync(join(dataDir, 'log', 'certfleet.log'), '{"level":30,"ti\n');
  log.write(line(2, 'two'));
  expect(await messages()).toEqual(['one', 'two']);
});

test("the server's log is kept with its time, level and facts, without secrets", async () => {
  const standardOutput: string[] = [];
  createLogger('info', keptIn(log, 'info', { write: text => standardOutput.push(text) })).warn(
    { path: '/access/get', password: 'hunter2' },
    'request',
  );
  const [written] = await kept();
  expect(written).toMatchObject({
    level: 'warn',
    message: 'request',
    facts: { path: '/access/get', password: '[Redacted]' },
  });
  expect(Math.abs((written?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(standardOutput).toEqual([expect.stringContaining('"msg":"request"')]);
});
