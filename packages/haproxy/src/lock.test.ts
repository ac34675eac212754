import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FolderLock } from './lock.js';

vi.mock('node:fs', async original => {
  const fs: typeof import('node:fs') = await original();
  return { ...fs, writeFileSync: vi.fn(fs.writeFileSync) };
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'lock-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const namespace = await readlink('/proc/self/ns/pid');

test('one holder at a time, whether they share a lock object or only the folder', async () => {
  const path = folder();
  const locks = [new FolderLock(path), new FolderLock(path), new FolderLock(path)];
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      locks[i % 3]?.hold(async () => {
        holders += 1;
        most = Math.max(most, holders);
        await delay(1);
        holders -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  // One file stays, however often the lock was held.
  expect(readdirSync(path)).toEqual(['lock.60']);
});

test('the outcome is the caller’s, and a failure lets go', async () => {
  const lock = new FolderLock(folder());
  await expect(lock.hold(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lock.hold(async () => 'yes')).toBe('yes');
});

test('a disk that is full: said to the caller, and nothing stays behind', async () => {
  const path = folder();
  vi.mocked(writeFileSync).mockImplementationOnce(file => {
    writeFileSync(file, '');
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  await expect(new FolderLock(path).hold(async () => 'mine')).rejects.toThrow('ENOSPC');
  expect(readdirSync(path)).toEqual([]);
});

test.each([
  ['a process that is gone', { pid: 2 ** 22 + 1, startTime: '1', namespace }],
  ['a process whose pid another one has now', { pid: process.pid, startTime: '1', namespace }],
])('%s holds nothing', async (_, holder) => {
  const path = folder();
  writeFileSync(join(path, 'lock.7'), JSON.stringify(holder));
  expect(await new FolderLock(path).hold(async () => 'mine')).toBe('mine');
  expect(readdirSync(path)).toEqual(['lock.8']);
});

test.each([
  ['a living process', async (path: string) => void new FolderLock(path).hold(() => new Promise(() => undefined))],
  [
    'one that can’t be judged, in another pid namespace',
    async (path: string) =>
      writeFileSync(join(path, 'lock.1'), JSON.stringify({ pid: 1, startTime: '1', namespace: 'pid:[1]' })),
  ],
])('%s is waited for, but not for ever', async (_, hold) => {
  const path = folder();
  await hold(path);
  await expect.poll(() => readdirSync(path)).toContain('lock.1');
  const lock = new FolderLock(path, 50);
  await expect(lock.hold(async () => 'mine')).rejects.toMatchObject({
    reason: 'busy',
    message: expect.stringContaining(path),
  });
  expect(readdirSync(path)).toEqual(['lock.1']);
});
