import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backUp, restore } from './backup.js';
import { pauseOf } from './pause.js';
import { openConfiguredStore, type ServeOptions } from './serve.js';
import { generateMasterKey } from './store/master-key.js';

vi.mock('node:fs/promises', async original => {
  const files = await original<typeof import('node:fs/promises')>();
  return { ...files, rename: vi.fn(files.rename) };
});

let folder: string;
let options: ServeOptions;
const inFolder = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certfleet-backup-'));
  options = { env: { CERTFLEET_DATA_DIR: folder }, cwd: folder };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function setting(value?: string): Promise<unknown> {
  const { store } = await openConfiguredStore(options);
  try {
    if (value !== undefined) await store.settings.set('test', value);
    return await store.settings.get('test');
  } finally {
    await store.close();
  }
}

/** As after a kill: the last transactions are in the write-ahead log alone. */
async function leaveLog(value: string): Promise<void> {
  const { store } = await openConfiguredStore(options);
  await store.settings.set('test', value);
  for (const name of ['certfleet.db', 'certfleet.db-wal']) copyFileSync(inFolder(name), inFolder(`killed-${name}`));
  await store.close();
  for (const name of ['certfleet.db', 'certfleet.db-wal']) renameSync(inFolder(`killed-${name}`), inFolder(name));
}

describe('backUp', () => {
  test('copies the store while a server has it open; only its owner can read the copy', async () => {
    const { store } = await openConfiguredStore(options);
    await store.settings.set('test', 'before');
    const result = await backUp(options, inFolder('copy.db'));
    await store.settings.set('test', 'after');
    await store.close();

    expect(result.bytes).toBeGreaterThan(0);
    expect(statSync(inFolder('copy.db')).mode & 0o777).toBe(0o600);
    await restore(options, inFolder('copy.db'));
    expect(await setting()).toBe('before');
    const { store: restored } = await openConfiguredStore(options);
    expect((await pauseOf(restored))?.reason).toContain('copy.db');
    await restored.close();
  });

  test('does not overwrite a file', async () => {
    await setting('x');
    writeFileSync(inFolder('copy.db'), 'mine');
    await expect(backUp(options, inFolder('copy.db'))).rejects.toMatchObject({ code: 'already-exists' });
    expect(readFileSync(inFolder('copy.db'), 'utf8')).toBe('mine');
  });

  test('of PostgreSQL is the work of pg_dump', async () => {
    const postgres = { ...options, env: { ...options.env, CERTFLEET_STORE_URL: 'postgres://127.0.0.1/certfleet' } };
    await expect(backUp(postgres, inFolder('copy.db'))).rejects.toThrow('pg_dump');
  });
});

describe('restore', () => {
  const foreign = (name: string) => {
    const database = new DatabaseSync(inFolder(name));
    database.exec('create table bookmark (url text)');
    database.close();
  };
  const cut = (name: string) => {
    const whole = readFileSync(inFolder('copy.db'));
    writeFileSync(inFolder(name), whole.subarray(0, whole.length / 2));
  };
  test.each<[string, (name: string) => void]>([
    ['text', name => writeFileSync(inFolder(name), 'not a database at all, just some text')],
    ['empty', name => writeFileSync(inFolder(name), '')],
    ["another program's database", foreign],
    ['cut off in the middle', cut],
  ])('a file that is %s changes nothing', async (_, make) => {
    await setting('mine');
    await backUp(options, inFolder('copy.db'));
    make('bad.db');
    await expect(restore(options, inFolder('bad.db'))).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await setting()).toBe('mine');
  });

  test('a backup sealed under another master key changes nothing', async () => {
    await setting('mine');
    const other = {
      cwd: folder,
      env: { CERTFLEET_DATA_DIR: inFolder('other'), CERTFLEET_MASTER_KEY: generateMasterKey() },
    };
    const { store } = await openConfiguredStore(other);
    await store.close();
    await backUp({ ...other, env: { CERTFLEET_DATA_DIR: inFolder('other') } }, inFolder('theirs.db'));
    await expect(restore(options, inFolder('theirs.db'))).rejects.toMatchObject({ code: 'wrong-master-key' });
    expect(await setting()).toBe('mine');
  });

  test('is refused while a server has the store open', async () => {
    await setting('before');
    await backUp(options, inFolder('copy.db'));
    const { store } = await openConfiguredStore(options);
    await store.settings.set('test', 'after');
    await expect(restore(options, inFolder('copy.db'))).rejects.toMatchObject({ code: 'store-in-use' });
    await store.close();
    expect(await setting()).toBe('after');
  });

  test('leaves nothing of the old store behind, whatever a killed server left in its log', async () => {
    await setting('copied');
    await backUp(options, inFolder('copy.db'));
    await leaveLog('old');
    await restore(options, inFolder('copy.db'));
    expect(existsSync(inFolder('certfleet.db-wal'))).toBe(false);
    expect(await setting()).toBe('copied');
    expect(statSync(inFolder('certfleet.db')).mode & 0o777).toBe(0o600);
  });

  test('that ends before the exchange leaves the old store with what was only in its log', async () => {
    await setting('copied');
    await backUp(options, inFolder('copy.db'));
    await leaveLog('only in the log');
    vi.mocked(rename).mockRejectedValueOnce(new Error('killed'));
    await expect(restore(options, inFolder('copy.db'))).rejects.toThrow('killed');
    expect(await setting()).toBe('only in the log');
  });

  test('a damaged store is replaced as well', async () => {
    await setting('copied');
    await backUp(options, inFolder('copy.db'));
    // Its log, if there is one, would have the pages that are damaged.
    for (const suffix of ['-wal', '-shm']) rmSync(inFolder(`certfleet.db${suffix}`), { force: true });
    writeFileSync(inFolder('certfleet.db'), 'this is no database any more, but longer than a header'.repeat(100));
    await restore(options, inFolder('copy.db'));
    expect(await setting()).toBe('copied');
  });

  test('a file that is not there', async () => {
    await setting('mine');
    await expect(restore(options, inFolder('nowhere.db'))).rejects.toThrow('nowhere.db');
    expect(await setting()).toBe('mine');
  });
});
