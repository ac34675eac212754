import type { Kysely } from 'kysely';
import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import { createMasterKeyFile, readMasterKeyFile, settleMasterKeyFile } from './master-key.js';
import type { Database } from './schema/index.js';
import { hasDataKeys, KeyRing } from './secrets.js';

/**
 * Unwraps the data keys, or makes the first one of a new store. To be called in a transaction.
 *
 * Throws `DomainError` `wrong-master-key`. A key file is made for a new store only: for one that has secrets already, a
 * new key would open nothing.
 */
export async function openKeyRing(
  db: Kysely<Database>,
  masterKey: Buffer | { file: string },
  now: () => Instant,
): Promise<KeyRing> {
  if (!(await hasDataKeys(db))) {
    const ring = new KeyRing(Buffer.isBuffer(masterKey) ? masterKey : await firstKeyOf(masterKey.file), now);
    await ring.addKey(db);
    await ring.load(db);
    return ring;
  }
  if (!Buffer.isBuffer(masterKey)) return openWithFile(db, masterKey.file, now);
  const ring = new KeyRing(masterKey, now);
  await ring.load(db);
  return ring;
}

async function firstKeyOf(file: string): Promise<Buffer> {
  const [known] = (await readMasterKeyFile(file)) ?? [];
  return known?.key ?? createMasterKeyFile(file);
}

async function openWithFile(db: Kysely<Database>, file: string, now: () => Instant): Promise<KeyRing> {
  const candidates = await readMasterKeyFile(file);
  if (!candidates) {
    throw new DomainError(
      'wrong-master-key',
      `The store has secrets, but the file of its master key, ${file}, is not there. Put it back (it belongs into every backup), or pass the key in CERTFLEET_MASTER_KEY.`,
    );
  }
  let refused: unknown;
  for (const candidate of candidates) {
    const ring = new KeyRing(candidate.key, now);
    try {
      await ring.load(db);
    } catch (error) {
      refused ??= error;
      continue;
    }
    if (candidates.length > 1) await settleMasterKeyFile(file, candidate.file);
    return ring;
  }
  throw refused;
}
