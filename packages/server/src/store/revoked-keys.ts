import { createHash } from 'node:crypto';
import type { StoreContext } from './context.js';
import { type RecordOf, RecordShape } from './records.js';
import type { RevokedKeyTable } from './schema/index.js';

/** That a key was certified by a version which was revoked. */
export type RevokedKeyRecord = RecordOf<RevokedKeyTable>;

const shape = new RecordShape<RevokedKeyTable, RevokedKeyRecord>();

/**
 * The keys of revoked versions, of whatever certificate. They are remembered by their fingerprints, also when certificate
 * and key are deleted: somebody may have them.
 */
export class RevokedKeys {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** `publicKey` is the base64 of a SubjectPublicKeyInfo, as in {@link find}. The first revocation is the one kept. */
  async add(publicKey: string, revoked: Omit<RevokedKeyRecord, 'id'>): Promise<void> {
    await this.#context.db
      .insertInto('revoked_key')
      .values(shape.row({ id: fingerprintOf(publicKey), ...revoked }))
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
  }

  async find(publicKey: string): Promise<RevokedKeyRecord | undefined> {
    const row = await this.#context.db
      .selectFrom('revoked_key')
      .selectAll()
      .where('id', '=', fingerprintOf(publicKey))
      .executeTakeFirst();
    return row && shape.record(row);
  }
}

function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
}
