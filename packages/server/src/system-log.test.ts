import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger, keptIn } from './logger.js';
import { type LogLine, SystemLog } from './system-log.js';

let dataDir: string;
let log: SystemLog;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'system-log-'));
  log = new SystemLog(dataDir, 10_000);
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
  log = new SystemLog(dataDir, 10_000);
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

describe('what can’t be written ends nothing, and is told on standard output, which has those lines as well', () => {
  const path = () => join(dataDir, 'log', 'certfleet.log');
  let standardOutput: string[];
  let logger: ReturnType<typeof createLogger>;
  beforeEach(() => {
    standardOutput = [];
    logger = createLogger('info', keptIn(log, 'info', { write: text => standardOutput.push(text) }));
    logger.info('before');
  });
  const told = () => standardOutput.map(text => JSON.parse(text).msg);

  test('on a full disk: told once, and what is written after it is kept again', async () => {
    log.close();
    rmSync(path());
    symlinkSync('/dev/full', path());
    for (const message of ['one', 'two', 'three']) logger.info(message);
    const failure = expect.stringMatching(/can’t be kept .*no space left on device/);
    expect(told()).toEqual(['before', failure, 'one', 'two', 'three']);

    rmSync(path());
    // What did fit on the disk may end anywhere in a line.
    writeFileSync(path(), `${line(1, 'before')}{"level":30,"ti`);
    logger.info('after');
    logger.info('later');
    expect(told().slice(5)).toEqual([expect.stringMatching(/kept again; 3 are missing/), 'after', 'later']);
    expect(await messages()).toEqual(['before', 'after', 'later']);
  });

  test('in a folder that was tidied away: it is made anew', async () => {
    rmSync(join(dataDir, 'log'), { recursive: true });
    for (let number = 0; number < 300; number += 1) logger.info(`message ${number}`);
    const newest = await messages();
    expect(newest.at(-1)).toBe('message 299');
    expect(statSync(join(dataDir, 'log')).mode & 0o777).toBe(0o700);
  });

  test('not even the end of a file that can’t be put aside makes it longer than its bound', () => {
    for (let number = 0; number < 60; number += 1) logger.info(`message ${number}`);
    rmSync(`${path()}.1`, { force: true });
    mkdirSync(join(`${path()}.1`, 'in the way'), { recursive: true });
    for (let number = 0; number < 1000; number += 1) logger.info(`message ${number}`);
    expect(statSync(path()).size).toBeLessThan(10_200);
  });
});
