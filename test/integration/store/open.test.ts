import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databases, open } from './databases.js';
import { startHolder } from './holder.js';

/** Runs statements past the store. */
async function tamper(url: string, ...statements: string[]): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const database = new DatabaseSync(url.slice('sqlite:'.length));
    try {
      for (const statement of statements) database.exec(statement);
    } finally {
      database.close();
    }
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const accountKey = {
  purpose: 'account',
  custody: 'server',
  algorithm: 'ES256',
  publicKey: 'AA==',
  privateKeyPem: 'the private key',
} as const;

describe.each(databases)('opening a store on $name', databases => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  test('what was written is there when it is opened again', async () => {
    const url = await databases.create();
    const first = await open(url);
    await first.settings.set('retention', { days: 30 });
    const key = await first.keys.create(accountKey);
    await first.close();

    const second = await open(url);
    expect(await second.settings.get('retention')).toEqual({ days: 30 });
    expect(await second.keys.privateKeyPem(key.id)).toBe('the private key');
    await second.close();
  });

  test('written by a newer version: refused, and nothing is changed', async () => {
    const url = await databases.create();
    await (await open(url)).close();
    await tamper(
      url,
      "insert into migration (number, name, applied_at) values (1000, 'from-the-future', 0)",
      'drop table rate_bucket',
    );
    await expect(open(url)).rejects.toMatchObject({ code: 'store-too-new', message: expect.stringContaining('1000') });
    // Nothing was repaired, added or taken away: it still lacks what it lacked.
    await expect(tamper(url, 'select * from rate_bucket')).rejects.toThrow(/rate_bucket/);
    await tamper(url, 'delete from migration where number = 1000');
    await (await open(url)).close();
  });

  test('with another master key: refused; with the right one it opens again', async () => {
    const url = await databases.create();
    const store = await open(url);
    const key = await store.keys.create(accountKey);
    await store.close();
    await expect(open(url, { masterKey: Buffer.alloc(32, 8) })).rejects.toMatchObject({ code: 'wrong-master-key' });
    const again = await open(url);
    expect(await again.keys.privateKeyPem(key.id)).toBe('the private key');
    await again.close();
  });

  test('a transaction that throws leaves nothing; those that run beside it stay', async () => {
    const store = await open(await databases.create());
    const results = await Promise.allSettled([
      store.transaction(tx => tx.settings.set('a', 1)),
      store.transaction(async tx => {
        await tx.settings.set('b', 1);
        throw new Error('not this one');
      }),
      store.transaction(tx => tx.settings.set('c', 1)),
    ]);
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await Promise.all(['a', 'b', 'c'].map(name => store.settings.get(name)))).toEqual([1, undefined, 1]);
    await store.close();
  });

  test('a transaction within a transaction is part of it', async () => {
    const store = await open(await databases.create());
    const outer = store.transaction(async tx => {
      await tx.transaction(inner => inner.settings.set('inner', 1));
      throw new Error('after all not');
    });
    await expect(outer).rejects.toThrow('after all not');
    expect(await store.settings.get('inner')).toBeUndefined();
    await store.close();
  });

  test('once closed, it says so', async () => {
    const store = await open(await databases.create());
    await store.close();
    await expect(store.settings.get('x')).rejects.toThrow();
    await expect(store.transaction(tx => tx.settings.set('x', 1))).rejects.toThrow();
  });
});

test.each([['mysql://localhost/certfleet'], ['sqlite:'], ['/var/lib/certfleet.db']])(
  '%s is no URL of a store',
  async url => {
    await expect(open(url)).rejects.toMatchObject({ code: 'invalid-input' });
  },
);

test('a PostgreSQL that does not answer is named, without its password', async () => {
  const opening = open('postgres://certfleet:hunter2@127.0.0.1:1/certfleet');
  await expect(opening).rejects.toThrow(/127\.0\.0\.1:1/);
  await expect(opening).rejects.not.toThrow(/hunter2/);
});

describe('a SQLite file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'certfleet-open-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const url = (name: string) => `sqlite:${join(folder, name)}`;

  test('is for its owner alone', async () => {
    await (await open(url('private.db'))).close();
    expect(statSync(join(folder, 'private.db')).mode & 0o777).toBe(0o600);
  });

  test('that this process has open is refused to a second store', async () => {
    const store = await open(url('twice.db'));
    await expect(open(url('twice.db'))).rejects.toMatchObject({ code: 'store-in-use' });
    await store.settings.set('still', 'works');
    await store.close();
    await (await open(url('twice.db'))).close();
  });

  test('that another process has open is refused, until that process is gone: killed will do', async () => {
    const holder = await startHolder(url('held.db'));
    await expect(open(url('held.db'))).rejects.toMatchObject({
      code: 'store-in-use',
      message: expect.stringContaining('held.db'),
    });
    await holder.kill();
    await (await open(url('held.db'))).close();
  });

  test('without room: store-full, and what was there stays as it was', async () => {
    const sqlite = { maxPages: 250 };
    const store = await open(url('full.db'), { sqlite });
    await store.settings.set('before', 1);
    const filler = (name: string) =>
      store.transaction(async tx => {
        await tx.settings.set(name, 'half of it');
        await tx.settings.set(`${name} filler`, 'x'.repeat(2_000_000));
      });
    await expect(filler('first')).rejects.toMatchObject({ code: 'store-full' });
    // A failure that makes SQLite undo everything reaches all that would have been committed together.
    const together = await Promise.allSettled([
      store.transaction(tx => tx.settings.set('small', 1)),
      filler('second'),
      store.transaction(tx => tx.settings.set('later', 1)),
    ]);
    expect(together[1]).toMatchObject({ status: 'rejected', reason: { code: 'store-full' } });
    for (const [index, name] of ['small', '', 'later'].entries()) {
      if (!name) continue;
      const written = (await store.settings.get(name)) !== undefined;
      expect({ name, written }).toEqual({ name, written: together[index]?.status === 'fulfilled' });
    }
    expect(await store.settings.get('first')).toBeUndefined();
    expect(await store.settings.get('second')).toBeUndefined();
    await store.settings.set('after', 2);
    await store.close();

    const again = await open(url('full.db'));
    expect(await Promise.all(['before', 'after', 'first'].map(name => again.settings.get(name)))).toEqual([
      1,
      2,
      undefined,
    ]);
    await again.close();
  });

  test('without room for its tables: store-full, and the next start begins anew', async () => {
    await expect(open(url('tiny.db'), { sqlite: { maxPages: 20 } })).rejects.toMatchObject({ code: 'store-full' });
    await (await open(url('tiny.db'))).close();
  });
});

describe("the master key's file", () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'certfleet-master-key-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const place = (name: string) => ({
    url: `sqlite:${join(folder, `${name}.db`)}`,
    masterKey: { file: join(folder, `${name}.key`) },
  });

  test('is made with a new store, for its owner alone', async () => {
    const { url, masterKey } = place('new');
    await (await open(url, { masterKey })).close();
    expect(statSync(masterKey.file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(masterKey.file, 'utf8'), 'base64')).toHaveLength(32);
    await (await open(url, { masterKey })).close();
  });

  test('that is missing is not made for a store that has secrets', async () => {
    const { url, masterKey } = place('missing');
    await (await open(url, { masterKey })).close();
    rmSync(masterKey.file);
    await expect(open(url, { masterKey })).rejects.toMatchObject({ code: 'wrong-master-key' });
    expect(readdirSync(folder)).not.toContain('missing.key');
  });

  test('is replaced: the old one opens nothing any more', async () => {
    const { url, masterKey } = place('changed');
    const store = await open(url, { masterKey });
    const key = await store.keys.create(accountKey);
    const old = Buffer.from(readFileSync(masterKey.file, 'utf8'), 'base64');
    await store.changeMasterKeyInFile(masterKey.file);
    expect(await store.keys.privateKeyPem(key.id)).toBe('the private key');
    const later = await store.keys.create(accountKey);
    await store.close();

    await expect(open(url, { masterKey: old })).rejects.toMatchObject({ code: 'wrong-master-key' });
    const again = await open(url, { masterKey });
    expect(await again.keys.privateKeyPem(key.id)).toBe('the private key');
    expect(await again.keys.privateKeyPem(later.id)).toBe('the private key');
    await again.close();
    expect(readdirSync(folder).filter(name => name.startsWith('changed.key'))).toEqual(['changed.key']);
  });

  test.each([
    ['before the store was changed', async () => undefined],
    [
      'after the store was changed',
      (store: Awaited<ReturnType<typeof open>>, key: Buffer) => store.changeMasterKey(key),
    ],
  ])('is replaced, killed %s: the next start finds the right key', async (moment, change) => {
    const { replaceMasterKeyFile } = await import('../../../packages/server/src/store/master-key.js');
    const { url, masterKey } = place(`killed ${moment}`);
    const store = await open(url, { masterKey });
    const key = await store.keys.create(accountKey);
    const killed = replaceMasterKeyFile(masterKey.file, async next => {
      await change(store, next);
      throw new Error('killed');
    });
    await expect(killed).rejects.toThrow('killed');
    await store.close();

    for (const _ of [1, 2]) {
      const again = await open(url, { masterKey });
      expect(await again.keys.privateKeyPem(key.id)).toBe('the private key');
      await again.close();
    }
    expect(readdirSync(folder)).not.toContain(`killed ${moment}.key.next`);
  });
});
