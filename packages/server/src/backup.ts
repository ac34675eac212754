import { chmod, copyFile, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { exists, makeNewFile, toDisk } from './backup/new-file.js';
import type { Config } from './config.js';
import { DomainError } from './domain/errors.js';
import { pause } from './pause.js';
import { configure, type ServeOptions } from './serve.js';
import { newId } from './store/ids.js';
import { type OpenStore, openStore } from './store/index.js';
import { restoredSetting } from './store/settings.js';
import { lockFile } from './store/sqlite.js';

/** What a backup came to. */
export interface BackUpResult {
  file: string;
  bytes: number;
}

/**
 * Writes a consistent copy of the configured SQLite store to a new file (0600), also while the server runs. Secrets in it
 * are sealed as they are in the store: it opens with the master key of this moment, which is to be kept apart from it.
 */
export async function backUp(options: ServeOptions, file: string): Promise<BackUpResult> {
  const { config } = await configure(options);
  const path = sqlitePath(config, 'Back it up with pg_dump');
  const bytes = await makeNewFile(file, async draft => {
    const umask = process.umask(0o077);
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      database.prepare('vacuum into ?').run(draft);
    } finally {
      database.close();
      process.umask(umask);
    }
  });
  return { file, bytes };
}

/**
 * Puts a backup in the place of the configured SQLite store, which must not be open. It is tried first: a file that is
 * damaged, foreign, from a newer version, or sealed under another master key changes nothing. Killed at any point, the
 * store is the old one with all its transactions, or the backup. What was restored is paused until it is resumed.
 *
 * HAProxy is left alone and may serve versions that the backup doesn't know; they stay until they are renewed.
 */
export async function restore(options: ServeOptions, file: string): Promise<{ file: string }> {
  const { config, masterKey } = await configure(options);
  const path = sqlitePath(config, 'Restore it with pg_restore');
  const candidate = `${path}.restoring`;
  await removeDatabase(candidate);
  await copyFile(file, candidate);
  await chmod(candidate, 0o600);
  try {
    assertStore(candidate, file);
    await pauseRestored(await openStore({ url: `sqlite:${candidate}`, masterKey }), file);
    // Only the file itself takes the store's place.
    foldLogIn(candidate);
    await toDisk(candidate);
    const lock = (await exists(path)) ? lockFile(path) : undefined;
    try {
      if (lock) foldLogIn(path);
      // The write-ahead log belongs to the database that goes; with the new one it would be damage.
      for (const suffix of ['-wal', '-shm']) await rm(path + suffix, { force: true });
      await rename(candidate, path);
      await toDisk(dirname(path));
    } finally {
      lock?.close();
    }
  } finally {
    await removeDatabase(candidate);
  }
  return { file: path };
}

/** So that the server that the copy was made of and this one don't renew and deploy the same certificates. */
async function pauseRestored(store: OpenStore, file: string): Promise<void> {
  try {
    await store.transaction(async tx => {
      const now = Date.now();
      await tx.settings.set(restoredSetting, newId());
      const reason = `Restored from ${basename(file)}. Resume when no other instance of it works.`;
      await pause(tx, { by: 'system', reason, restored: true }, now);
    });
  } finally {
    await store.close();
  }
}

/**
 * Moves into the database what a killed server has left in its write-ahead log, so that nothing is lost with the log if
 * the database stays. One that can't be read has nothing to lose: it may be why there is a restore.
 */
function foldLogIn(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    const { busy } = database.prepare('pragma wal_checkpoint(truncate)').get() as { busy: number };
    if (busy === 0) return;
    throw new DomainError('store-in-use', `Another program reads ${path}. Close it, and restore again.`);
  } catch (error) {
    if (!isDamage(error)) throw error;
  } finally {
    database.close();
  }
}

/** SQLITE_CORRUPT, SQLITE_NOTADB, and their kin. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
}

/** Opening makes a store of any empty database, so whether this is one has to be asked before. */
function assertStore(candidate: string, file: string): void {
  const database = new DatabaseSync(candidate);
  try {
    const { integrity_check: verdict } = database.prepare('pragma integrity_check(1)').get() as {
      integrity_check: string;
    };
    if (verdict !== 'ok') throw new Error(verdict);
    database.prepare('select id from data_key limit 1').get();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new DomainError(
      'invalid-input',
      `${file} is no backup of Certfleet, or it is damaged (${said}). Nothing was changed.`,
      { cause },
    );
  } finally {
    database.close();
  }
}

function sqlitePath({ store: { url } }: Config, instead: string): string {
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length);
  throw new DomainError('not-possible', `The store is a PostgreSQL database. ${instead}.`);
}

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '.lock']) await rm(path + suffix, { force: true });
}
