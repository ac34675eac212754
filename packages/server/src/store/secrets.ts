import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { DomainError } from '../domain/errors.js';
import { newId } from './ids.js';
import type { Database, Sealed } from './schema/index.js';
import type { SealedPlace } from './sealed-columns.js';

/*
 * AES-256-GCM twice: secrets under data keys, data keys under a key derived from the master key. So the master key can
 * be changed by wrapping a few data keys again, and a data key by sealing row after row while everything goes on.
 */

const nonceBytes = 12;
const tagBytes = 16;

/** How long a node may go on sealing with a data key after another node has retired it. */
export const retiredKeyGraceMs = 10 * 60_000;
/** How old a node's knowledge of the newest data key may be when it seals. Well below the grace. */
const freshForMs = 60_000;

/** A secret could not be opened: altered, moved from another row or column, or sealed under a key that is gone. */
class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
}

/** The data keys as this process knows them, unwrapped. Shared by everything that seals and opens. */
export class KeyRing {
  #wrappingKey: Buffer;
  #backupSecret: Buffer;
  readonly #keys = new Map<string, Buffer>();
  #newest = '';
  #loadedAt = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;

  /** @param masterKey 32 bytes */
  constructor(masterKey: Buffer, now: () => number) {
    this.#wrappingKey = deriveWrappingKey(masterKey);
    this.#backupSecret = deriveBackupSecret(masterKey);
    this.#now = now;
  }

  /** Reads the data keys. Throws `DomainError` `wrong-master-key`. */
  async load(db: Kysely<Database>): Promise<void> {
    const rows = await db.selectFrom('data_key').selectAll().orderBy('created_at').orderBy('id').execute();
    for (const row of rows) this.#add(row);
    const stored = new Set(rows.map(row => row.id));
    for (const id of this.#keys.keys()) if (!stored.has(id)) this.#keys.delete(id);
    this.#newest = rows.findLast(row => row.retired_at === null)?.id ?? '';
    this.#loadedAt = this.#now();
  }

  /** Adds a data key to the store, which is the newest from then on. */
  async addKey(db: Kysely<Database>): Promise<string> {
    const id = newId();
    const wrapped = wrap(this.#wrappingKey, id, randomBytes(32));
    await db.insertInto('data_key').values({ id, wrapped, created_at: this.#now(), retired_at: null }).execute();
    return id;
  }

  /** The key that new secrets are sealed with. */
  async newest(db: Kysely<Database>): Promise<{ id: string; key: Buffer }> {
    if (this.#now() - this.#loadedAt > freshForMs) await this.load(db);
    return { id: this.#newest, key: await this.get(db, this.#newest) };
  }

  /**
   * A data key by its id; one that another node has added meanwhile is read from the store. Nothing else is learnt
   * then: `db` may be a backup's view of the past, where another key is the newest, which new secrets must not be
   * sealed with.
   */
  async get(db: Kysely<Database>, id: string): Promise<Buffer> {
    if (!this.#keys.has(id)) {
      const row = await db.selectFrom('data_key').selectAll().where('id', '=', id).executeTakeFirst();
      if (row) this.#add(row);
    }
    const key = this.#keys.get(id);
    if (!key) throw new SecretUnreadable(`A secret is sealed under data key ${id}, which is not in the store.`);
    return key;
  }

  /** A data key as it is stored under another master key. */
  wrapWith(masterKey: Buffer, id: string, key: Buffer): string {
    return wrap(deriveWrappingKey(masterKey), id, key);
  }

  /** From now on, data keys are wrapped by this master key. */
  useMasterKey(masterKey: Buffer): void {
    this.#wrappingKey = deriveWrappingKey(masterKey);
    this.#backupSecret = deriveBackupSecret(masterKey);
  }

  /**
   * What backups in parts are sealed under when there is no pass phrase; {@link deriveBackupSecret} of the master key.
   */
  get backupSecret(): Buffer {
    return this.#backupSecret;
  }

  #add({ id, wrapped }: { id: string; wrapped: string }): void {
    if (!this.#keys.has(id)) this.#keys.set(id, this.#unwrap(id, wrapped));
  }

  #unwrap(id: string, wrapped: string): Buffer {
    try {
      return decrypt(this.#wrappingKey, Buffer.from(wrapped, 'base64url'), wrappingContext(id));
    } catch (cause) {
      throw new DomainError(
        'wrong-master-key',
        `The master key does not open data key ${id} of this store. Start with the master key that the store was made with: it is in the file master.key of its data folder, in CERTFLEET_MASTER_KEY, or with its backup.`,
        { cause },
      );
    }
  }
}

/** Whether the store was ever opened: then it has data keys, and only one master key opens them. */
export async function hasDataKeys(db: Kysely<Database>): Promise<boolean> {
  return (await db.selectFrom('data_key').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Seals and opens secrets for one database or transaction. */
export class Sealer {
  readonly #db: Kysely<Database>;
  readonly #ring: KeyRing;

  constructor(db: Kysely<Database>, ring: KeyRing) {
    this.#db = db;
    this.#ring = ring;
  }

  /** Encrypts for one row and column. */
  async seal(place: SealedPlace, secret: string): Promise<Sealed> {
    const { id, key } = await this.#ring.newest(this.#db);
    return `${id}.${encrypt(key, Buffer.from(secret), placeContext(place)).toString('base64url')}` as Sealed;
  }

  /** {@link seal} for a secret that may be missing. */
  async sealOptional(place: SealedPlace, secret: string | null | undefined): Promise<Sealed | null> {
    return secret === null || secret === undefined ? null : this.seal(place, secret);
  }

  /** Decrypts what was sealed for this very row and column; throws {@link SecretUnreadable} otherwise. */
  async open(place: SealedPlace, sealed: Sealed): Promise<string> {
    const key = await this.#ring.get(this.#db, dataKeyOf(sealed));
    const bytes = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url');
    try {
      return decrypt(key, bytes, placeContext(place)).toString();
    } catch (cause) {
      throw new SecretUnreadable(
        `The secret in ${place.table}.${place.column} of ${place.id} does not open: it was altered, or moved there from another row.`,
        { cause },
      );
    }
  }

  /** {@link open} for a secret that may be missing. */
  async openOptional(place: SealedPlace, sealed: Sealed | null): Promise<string | null> {
    return sealed === null ? null : this.open(place, sealed);
  }
}

/** The id of the data key that a secret is sealed under. */
function dataKeyOf(sealed: Sealed): string {
  return sealed.slice(0, sealed.indexOf('.'));
}

/** The master key itself never encrypts, so that other uses can be derived from it without meeting this one. */
function deriveWrappingKey(masterKey: Buffer): Buffer {
  if (masterKey.length !== 32) throw new RangeError(`A master key has 32 bytes, not ${masterKey.length}.`);
  return Buffer.from(hkdfSync('sha256', masterKey, '', 'certfleet data key wrapping', 32));
}

/** What opens the backups in parts that an instance with this master key has sealed without a pass phrase. */
export function deriveBackupSecret(masterKey: Buffer): Buffer {
  if (masterKey.length !== 32) throw new RangeError(`A master key has 32 bytes, not ${masterKey.length}.`);
  return Buffer.from(hkdfSync('sha256', masterKey, '', 'certfleet backup', 32));
}

function wrap(wrappingKey: Buffer, id: string, key: Buffer): string {
  return encrypt(wrappingKey, key, wrappingContext(id)).toString('base64url');
}

function wrappingContext(id: string): Buffer {
  return Buffer.from(`data_key\0wrapped\0${id}`);
}

function placeContext(place: SealedPlace): Buffer {
  return Buffer.from(`${place.table}\0${place.column}\0${place.id}`);
}

/** Nonce, ciphertext and tag in one piece. */
function encrypt(key: Buffer, plaintext: Buffer, context: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
}

function decrypt(key: Buffer, bytes: Buffer, context: Buffer): Buffer {
  if (bytes.length < nonceBytes + tagBytes) throw new RangeError('Too short to be a sealed secret.');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(context).setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
}
