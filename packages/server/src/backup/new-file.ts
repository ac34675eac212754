import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../domain/errors.js';

/**
 * Makes a new file that is whole or not there: `write` makes it beside its place, and it gets its name once it is on the
 * disk. Returns its length in bytes. Throws `already-exists`.
 */
export async function makeNewFile(file: string, write: (draft: string) => Promise<void>): Promise<number> {
  await refuseExisting(file);
  const draft = `${file}.part`;
  // Of one who was killed.
  await rm(draft, { force: true });
  try {
    await write(draft);
    await toDisk(draft);
    const { size } = await stat(draft);
    await refuseExisting(file);
    await rename(draft, file);
    await toDisk(dirname(file));
    return size;
  } finally {
    await rm(draft, { force: true });
  }
}

/** {@link makeNewFile} of what comes, for its owner alone (0600). */
export function saveNewFile(file: string, content: AsyncIterable<Uint8Array>): Promise<number> {
  return makeNewFile(file, draft => pipeline(content, createWriteStream(draft, { flags: 'wx', mode: 0o600 })));
}

/** Makes a file, or what a folder says of its files, outlive a crash of the machine. */
export async function toDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether there is something at a path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function refuseExisting(file: string): Promise<void> {
  if (await exists(file)) throw new DomainError('already-exists', `${file} is there already. Choose another file.`);
}
