import { DomainError } from '../domain/errors.js';
import type { StoreContext } from './context.js';
import { nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { TokenTable } from './schema.js';

export type TokenRecord = RecordOf<TokenTable>;
export type NewTokenRecord = Pick<TokenRecord, 'name' | 'role' | 'hash' | 'createdBy' | 'expiresAt'>;

const shape = new RecordShape<TokenTable, TokenRecord>();

/** API tokens, of which only a hash is kept. */
export class Tokens {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws 'already-exists'. */
  async create(token: NewTokenRecord): Promise<TokenRecord> {
    const record: TokenRecord = { id: newId(), ...token, createdAt: this.#context.now(), lastUsedAt: null };
    await this.#context.db
      .insertInto('token')
      .values(shape.row(record))
      .execute()
      .catch(nameIsTaken('token', token.name));
    return record;
  }

  /** By name. */
  async list(page: PageRequest): Promise<Page<TokenRecord>> {
    const query = this.#context.db.selectFrom('token').selectAll();
    const rows = await fetchPage(query, page, { key: 'name', id: 'id' }, row => [row.name, row.id]);
    return { items: rows.items.map(row => shape.record(row)), nextCursor: rows.nextCursor };
  }

  /** The token with this hash, unless it has expired. */
  async findByHash(hash: string): Promise<TokenRecord | undefined> {
    const row = await this.#context.db
      .selectFrom('token')
      .selectAll()
      .where('hash', '=', hash)
      .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', this.#context.now())]))
      .executeTakeFirst();
    return row && shape.record(row);
  }

  async used(id: string): Promise<void> {
    await this.#context.db
      .updateTable('token')
      .set({ last_used_at: this.#context.now() })
      .where('id', '=', id)
      .execute();
  }

  /** Throws 'not-found'. */
  async delete(name: string): Promise<void> {
    const { numDeletedRows } = await this.#context.db.deleteFrom('token').where('name', '=', name).executeTakeFirst();
    if (numDeletedRows === 0n) throw new DomainError('not-found', `There is no API token named "${name}".`);
  }
}
