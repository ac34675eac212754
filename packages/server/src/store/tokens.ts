import { DomainError } from '../domain/errors.js';
import type { StoreContext } from './context.js';
import { nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { TokenTable, UserTable } from './schema/index.js';

/** An API token, with the user whose key it is. */
export interface TokenRecord extends RecordOf<TokenTable> {
  /** The name of the user whose key it is; null: it stands for itself. */
  user: string | null;
  /** That user's role, which is the token's limit; null as `user`. */
  userRole: UserTable['role'] | null;
}
export type NewTokenRecord = Pick<TokenRecord, 'name' | 'role' | 'hash' | 'createdBy' | 'expiresAt'> & {
  /** Of the user whose key it is; left out: it stands for itself. */
  userId?: string | null;
};

const shape = new RecordShape<TokenTable, RecordOf<TokenTable>>();
/** The same, read together with the user. */
const joined = new RecordShape<TokenTable, TokenRecord>();

/** API tokens, of which only a hash is kept. */
export class Tokens {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws 'already-exists'. */
  create({ userId = null, ...token }: NewTokenRecord): Promise<TokenRecord> {
    return this.#context.atomically(async context => {
      const id = newId();
      await context.db
        .insertInto('token')
        .values(shape.row({ id, ...token, userId, createdAt: context.now(), lastUsedAt: null }))
        .execute()
        .catch(nameIsTaken('token', token.name));
      const row = await new Tokens(context).#select().where('token.id', '=', id).executeTakeFirstOrThrow();
      return joined.record(row);
    });
  }

  /** By name. `user`: the keys of the user of this name, and the tokens that they created. */
  async list({ user, ...page }: PageRequest & { user?: string | undefined }): Promise<Page<TokenRecord>> {
    const all = this.#select();
    const query =
      user === undefined
        ? all
        : all.where(eb => eb.or([eb('user.name', '=', user), eb('token.created_by', '=', `user:${user}`)]));
    const rows = await fetchPage(query, page, { key: 'token.name', id: 'token.id' }, row => [row.name, row.id]);
    return { items: rows.items.map(row => joined.record(row)), nextCursor: rows.nextCursor };
  }

  /** The keys of one user that have not expired, the oldest first. */
  async ofUser(userId: string): Promise<TokenRecord[]> {
    const rows = await this.#live().where('token.user_id', '=', userId).orderBy('token.id').execute();
    return rows.map(row => joined.record(row));
  }

  /** The token with this hash, unless it has expired. */
  async findByHash(hash: string): Promise<TokenRecord | undefined> {
    const row = await this.#live().where('token.hash', '=', hash).executeTakeFirst();
    return row && joined.record(row);
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

  #select() {
    return this.#context.db
      .selectFrom('token')
      .leftJoin('user', 'user.id', 'token.user_id')
      .selectAll('token')
      .select(['user.name as user', 'user.role as user_role']);
  }

  #live() {
    const now = this.#context.now();
    return this.#select().where(eb => eb.or([eb('token.expires_at', 'is', null), eb('token.expires_at', '>', now)]));
  }
}
