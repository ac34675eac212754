import { sql } from 'kysely';
import type { StoreContext } from './context.js';
import { isInUse, nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { Keys } from './keys.js';
import { found } from './missing.js';
import type { Page } from './pages.js';
import { type Patch, type RecordOf, RecordShape } from './records.js';
import type { AccountTable } from './schema/index.js';
import { fetchByName, type SearchRequest } from './search.js';

/** An account at a CA. The HMAC key of an external account binding is not kept: it is needed once, for registering. */
export type AccountRecord = RecordOf<AccountTable>;

/** Those of an account's fields that must be known to create it; the rest are null until the CA has answered. */
export type NewAccount = Pick<AccountRecord, 'name' | 'directoryUrl' | 'keyId'> &
  Partial<Omit<AccountRecord, 'id' | 'createdAt'>>;

const shape = new RecordShape<AccountTable, AccountRecord>();

/** Accounts at CAs. */
export class Accounts {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  async create(fields: NewAccount): Promise<AccountRecord> {
    const { db, now } = this.#context;
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
    await db.insertInto('account').values(shape.row(record)).execute().catch(nameIsTaken('account', record.name));
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

  /** The account at this CA whose key this is, present or next; `publicKey` is base64 of its SPKI. */
  async findByKey(directoryUrl: string, publicKey: string): Promise<AccountRecord | undefined> {
    const row = await this.#context.db
      .selectFrom('account')
      .innerJoin('key', join =>
        join.on(({ eb, ref }) => eb.or([eb('key.id', '=', ref('key_id')), eb('key.id', '=', ref('next_key_id'))])),
      )
      .selectAll('account')
      .where('directory_url', '=', directoryUrl)
      .where('key.public_key', '=', publicKey)
      .executeTakeFirst();
    return row && shape.record(row);
  }

  /**
   * Until the end of the transaction nobody else adds or changes an account: what {@link findByKey} did not find is not
   * there. SQLite has one writer at a time anyway.
   */
  async lockOthersOut(): Promise<void> {
    const { db, dialect } = this.#context;
    if (dialect === 'postgres') await sql`lock table account in share row exclusive mode`.execute(db);
  }

  async list(request: SearchRequest = {}): Promise<Page<AccountRecord>> {
    const query = this.#context.db.selectFrom('account').selectAll();
    const page = await fetchByName(query, request, 'account');
    return { ...page, items: page.items.map(row => shape.record(row)) };
  }

  async update(id: string, patch: Patch<AccountRecord>): Promise<void> {
    await this.#context.db.updateTable('account').set(shape.changes(patch)).where('id', '=', id).execute();
  }

  /**
   * Deletes the account with its keys and its finished orders. Throws `in-use` while a policy or challenge needs it.
   */
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
