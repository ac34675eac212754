import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFileFolder, withUpload } from './files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certfleet-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

test('an upload can be read twice, and is gone afterwards', async () => {
  const both = await withUpload(folder, Readable.from([Buffer.from('ab'), Buffer.from('c')]), async upload => [
    await read(upload()),
    await read(upload()),
  ]);
  expect(both).toEqual(['abc', 'abc']);
  expect(readdirSync(folder)).toEqual([]);
});

test('one that is longer than the limit is refused', async () => {
  const payload = Readable.from([Buffer.from('ab'), Buffer.from('c')]);
  await expect(withUpload(folder, payload, async () => 'used', 2)).rejects.toMatchObject({ code: 'too-large' });
  expect(readdirSync(folder)).toEqual([]);
});

test('one that is cut off is the client’s fault, and nothing is used of it', async () => {
  const payload = new Readable({ read: () => undefined });
  payload.push(Buffer.from('ab'));
  setImmediate(() => payload.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  await expect(withUpload(folder, payload, async () => 'used')).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('cut off'),
  });
});

test('the folder is for its owner alone, and empty at each start', async () => {
  const files = await makeFileFolder(folder);
  expect(statSync(files).mode & 0o777).toBe(0o700);
  writeFileSync(join(files, 'upload-of-one-who-was-killed'), 'x');
  mkdirSync(join(files, 'sub'));
  writeFileSync(join(folder, 'other'), 'kept');
  await makeFileFolder(folder);
  expect(readdirSync(files)).toEqual([]);
  expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('kept');
});
