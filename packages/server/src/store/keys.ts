import type { StoreContext } from './context.js';
import { newId } from './ids.js';
import { isRunning } from './orders.js';
import { type RecordOf, RecordShape } from './records.js';
import type { KeyTable } from './schema/index.js';

/** A key without its private half. */
export type KeyRecord = RecordOf<KeyTable, object, 'private_key'>;

export interface NewKey extends Omit<KeyRecord, 'id' | 'createdAt'> {
  /** PKCS#8 PEM; only when custody is `server`. */
  privateKeyPem?: string | null | undefined;
}

const shape = new RecordShape<KeyTable, KeyRecord>({ hidden: ['private_key'] });

/** Keys, by what they are for and who holds the private half. */
export class Keys {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  async create({ privateKeyPem, ...fields }: NewKey): Promise<KeyRecord> {
    const { db, sealer, now } = this.#context;
    const record: KeyRecord = { id: newId(), ...fields, createdAt: now() };
    const private_key = await sealer.sealOptional(place(record.id), privateKeyPem);
    await db
      .insertInto('key')
      .values({ ...shape.row(record), private_key })
      .execute();
    return record;
  }

  async find(id: string): Promise<KeyRecord | undefined> {
    const row = await this.#context.db.selectFrom('key').selectAll().where('id', '=', id).executeTakeFirst();
    return row && shape.record(row);
  }

  async get(id: string): Promise<KeyRecord> {
    return shape.record(await this.#row(id));
  }

  /** PKCS#8 PEM. Throws when this server does not hold the private key. */
  async privateKeyPem(id: string): Promise<string> {
    const row = await this.#row(id);
    if (!row.private_key) throw new Error(`The private key of ${id} is not here: its custody is ${row.custody}.`);
    return this.#context.sealer.open(place(id), row.private_key);
  }

  /**
   * The certificates whose current version or running order has a key with this public half (base64 of its
   * SubjectPublicKeyInfo). Reads through all keys: only for what is as rare as a compromised one.
   */
  async certificatesWith(publicKey: string): Promise<string[]> {
    const { db } = this.#context;
    const keys = db.selectFrom('key').select('id').where('public_key', '=', publicKey);
    const rows = await db
      .selectFrom('certificate')
      .innerJoin('version', 'version.id', 'certificate.current_version_id')
      .select('certificate.id')
      .where('version.key_id', 'in', keys)
      .union(db.selectFrom('order').select('certificate_id as id').where('key_id', 'in', keys).where(isRunning))
      .orderBy('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Deletes those of these keys that nothing refers to any more. */
  async deleteUnused(ids: readonly string[]): Promise<void> {
    const unused = await this.#unusedAmong(ids);
    if (unused.length > 0) await this.#context.db.deleteFrom('key').where('id', 'in', unused).execute();
  }

  async #unusedAmong(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const { db } = this.#context;
    const used = await db
      .selectFrom('account')
      .select('key_id as id')
      .where('key_id', 'in', ids)
      .union(
        db
          .selectFrom('account')
          .select(eb => eb.ref('next_key_id').$notNull().as('id'))
          .where('next_key_id', 'in', ids),
      )
      .union(
        db
          .selectFrom('certificate')
          .select(eb => eb.ref('imported_key_id').$notNull().as('id'))
          .where('imported_key_id', 'in', ids),
      )
      .union(db.selectFrom('version').select('key_id as id').where('key_id', 'in', ids))
      .union(db.selectFrom('order').select('key_id as id').where('key_id', 'in', ids))
      .execute();
    const usedIds = new Set(used.map(row => row.id));
    return ids.filter(id => !usedIds.has(id));
  }

  async #row(id: string) {
    const row = await this.#context.db.selectFrom('key').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Error(`There is no key ${id} in the store.`);
    return row;
  }
}

function place(id: string) {
  return { table: 'key', column: 'private_key', id } as const;
}
