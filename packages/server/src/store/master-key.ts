import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DomainError } from '../domain/errors.js';

/** Base64 of 32 bytes. */
const variable = 'CERTFLEET_MASTER_KEY';

/**
 * The master key from the environment, which no longer has it afterwards: neither a child process nor a dump of the
 * environment shows it. Undefined when it is not set. To be called before any child is started.
 *
 * @param env `process.env`
 */
export function takeMasterKeyFromEnvironment(env: NodeJS.ProcessEnv): Buffer | undefined {
  const text = env[variable];
  if (text === undefined) return undefined;
  delete env[variable];
  return parseMasterKey(text, `The environment variable ${variable}`);
}

/**
 * The keys in the master key's file: usually one; two after a {@link replaceMasterKeyFile} that was cut short, when
 * only the store knows which of them it is. Undefined when there is no file.
 *
 * Throws `DomainError` `not-possible` when others may read it.
 */
export async function readMasterKeyFile(path: string): Promise<{ key: Buffer; file: string }[] | undefined> {
  const keys: { key: Buffer; file: string }[] = [];
  for (const file of [path, nextFile(path)]) {
    const text = await readPrivateFile(file);
    if (text !== undefined) keys.push({ key: parseMasterKey(text, `The file ${file}`), file });
  }
  return keys.length > 0 ? keys : undefined;
}

/** Makes the file (0600) with a new key. */
export async function createMasterKeyFile(path: string): Promise<Buffer> {
  const text = generateMasterKey();
  await writeWholeFile(path, `${text}\n`);
  return parseMasterKey(text, path);
}

/**
 * Puts another master key in place of the one in the file, so that at no moment the store's key is in no file: the new
 * one is written beside it, `rewrap` changes the store, and only then it takes the old one's place.
 *
 * @param rewrap wraps the store's data keys with the new master key
 */
export async function replaceMasterKeyFile(path: string, rewrap: (masterKey: Buffer) => Promise<void>): Promise<void> {
  await rm(nextFile(path), { force: true });
  await rewrap(await createMasterKeyFile(nextFile(path)));
  await settleMasterKeyFile(path, nextFile(path));
}

/** Keeps the file that holds the store's key, under the proper name, and removes the other. */
export async function settleMasterKeyFile(path: string, right: string): Promise<void> {
  if (right === path) await rm(nextFile(path), { force: true });
  else await rename(right, path);
  await syncFolder(path);
}

/** A new master key as text, for `CERTFLEET_MASTER_KEY` or for the file. */
export function generateMasterKey(): string {
  return randomBytes(32).toString('base64');
}

/** Reads what {@link generateMasterKey} writes. `source` is named in the error; the key is not. */
export function parseMasterKey(text: string, source: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === 32 && key.toString('base64').replace(/=+$/, '') === text.trim().replace(/=+$/, '')) return key;
  throw new DomainError(
    'wrong-master-key',
    `${source} does not hold a master key: 32 bytes in base64 are expected (44 characters). "openssl rand -base64 32" makes one for a new store; an existing store needs the one that it was made with.`,
  );
}

/** Whole or not at all: an empty or half-written key would lock everybody out of what is sealed with it next. */
async function writeWholeFile(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(path);
}

/** Undefined when there is no such file. */
async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new DomainError(
        'not-possible',
        `Others than its owner may read or change the master key in ${path} (mode ${(mode & 0o777).toString(8)}). Run "chmod 600 ${path}"; if someone may have read it, change the key afterwards.`,
      );
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function nextFile(path: string): string {
  return `${path}.next`;
}

/** Makes a new name in a folder outlive a crash of the machine. Windows can't open folders and doesn't need it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
