import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { generateMasterKey, parseMasterKey, readMasterKeyFile, takeMasterKeyFromEnvironment } from './master-key.js';

test('the environment no longer has the key once it was taken', () => {
  const text = generateMasterKey();
  const env: NodeJS.ProcessEnv = { CERTFLEET_MASTER_KEY: text, PATH: '/bin' };
  expect(takeMasterKeyFromEnvironment(env)?.toString('base64')).toBe(text);
  expect(env).toEqual({ PATH: '/bin' });
  expect(takeMasterKeyFromEnvironment(env)).toBeUndefined();
});

test('nor does it when the key is not one', () => {
  const env: NodeJS.ProcessEnv = { CERTFLEET_MASTER_KEY: 'hunter2' };
  expect(() => takeMasterKeyFromEnvironment(env)).toThrow(/CERTFLEET_MASTER_KEY/);
  expect(env).toEqual({});
});

test.each([
  ['nothing', ''],
  ['31 bytes', Buffer.alloc(31).toString('base64')],
  ['33 bytes', Buffer.alloc(33).toString('base64')],
  ['hexadecimal', Buffer.alloc(32).toString('hex')],
  ['something else behind it', `${Buffer.alloc(32).toString('base64')} and more`],
])('%s is no master key, and the error does not show it', (_, text) => {
  let message = '';
  try {
    parseMasterKey(text, 'The file x');
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }
  expect(message).toContain('The file x');
  if (text) expect(message).not.toContain(text);
});

test('a line break behind it does no harm', () => {
  const text = generateMasterKey();
  expect(parseMasterKey(`${text}\n`, 'x').toString('base64')).toBe(text);
});

test('a file that others may read is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'master.key');
  writeFileSync(path, generateMasterKey(), { mode: 0o600 });
  expect(await readMasterKeyFile(path)).toHaveLength(1);
  chmodSync(path, 0o640);
  await expect(readMasterKeyFile(path)).rejects.toMatchObject({ code: 'not-possible' });
});
