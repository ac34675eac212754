import type { StoreContext } from './context.js';
import { isInUse, nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { Keys } from './keys.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type Patch, type RecordOf, RecordShape } from './records.js';
import type { AccountTable } from './schema.js';

/** An account at a CA, without its EAB HMAC key. */
export type AccountRecord = RecordOf<AccountTable, object, 'eab_hmac_key'>;

/** Those of an account's fields that must be known to create it; the rest are null until the CA has answered. */
export type NewAccount = Pick<AccountRecord, 'name' | 'directoryUrl' | 'keyId'> &
  Partial<Omit<AccountRecord, 'id' | 'createdAt'>> & {
    /** Base64url, as the CA gave it. */
    eabHmacKey?: string | null;
  };

const shape = new RecordShape<AccountTable, AccountRecord>({ hidden: ['eab_hmac_key'] });

/** Accounts at CAs. */
export class Accounts {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  async create({ eabHmacKey, ...fields }: NewAccount): Promise<AccountRecord> {
    const { db, sealer, now } = this.#context;
    const record: AccountRecord = {
      id: newId(),
      caCertificate: null,
      accountUrl: null,
      email: null,
      status: 'registering',
      nextKeyId: null,
      eabKeyId: null,
      termsUrl: null,
      termsAgreedBy: null,
      termsAgreedAt: null,
      createdAt: now(),
      ...fields,
    };
    const eab_hmac_key = await sealer.sealOptional(place(record.id), eabHmacKey);
    await db
      .insertInto('account')
      .values({ ...shape.row(record), eab_hmac_key })
      .execute()
      .catch(nameIsTaken('account', record.name));
    return record;
  }

  async find(id: string): Promise<AccountRecord | undefined> {
    const row = await this.#context.db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst();
    return row && shape.record(row);
  }

  /** Throws `not-found`, as does {@link byName}. */
  async get(id: string): Promise<AccountRecord> {
    return found(await this.find(id), 'account', 'id', id);
  }

  async findByName(name: string): Promise<AccountRecord | undefined> {
    const row = await this.#context.db.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst();
    return row && shape.record(row);
  }

  async byName(name: string): Promise<AccountRecord> {
    return found(await this.findByName(name), 'account', 'name', name);
  }

  async list(request: PageRequest = {}): Promise<Page<AccountRecord>> {
    const query = this.#context.db.selectFrom('account').selectAll();
    const page = await fetchPage(query, request, { key: 'name', id: 'id' }, row => [row.name, row.id]);
    return { ...page, items: page.items.map(row => shape.record(row)) };
  }

  /** The EAB HMAC key that the account was registered with, base64url. */
  async eabHmacKey(id: string): Promise<string | null> {
    const row = await this.#context.db
      .selectFrom('account')
      .select('eab_hmac_key')
      .where('id', '=', id)
      .executeTakeFirst();
    const sealed = found(row, 'account', 'id', id).eab_hmac_key;
    return this.#context.sealer.openOptional(place(id), sealed);
  }

  async update(id: string, patch: Patch<AccountRecord>): Promise<void> {
    await this.#context.db.updateTable('account').set(shape.changes(patch)).where('id', '=', id).execute();
  }

  /** Deletes the account with its keys and its finished orders. Throws `in-use` while a policy or challenge needs it. */
  delete(id: string): Promise<void> {
    return this.#context.atomically(async context => {
      const { db } = context;
      const account = await new Accounts(context).get(id);
      const orders = db.selectFrom('order').select('id').where('account_id', '=', id);
      await db.deleteFrom('challenge').where('state', '=', 'cleaned').where('order_id', 'in', orders).execute();
      await db
        .deleteFrom('account')
        .where('id', '=', id)
        .execute()
        .catch(isInUse(`Account "${account.name}"`, 'a policy or a challenge that is not cleaned up'));
      await new Keys(context).deleteUnused([account.keyId, account.nextKeyId].filter(key => key !== null));
    });
  }
}

function place(id: string) {
  return { table: 'account', column: 'eab_hmac_key', id } as const;
}
