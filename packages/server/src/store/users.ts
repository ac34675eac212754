import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { UserTable } from './schema/index.js';

export type UserRecord = RecordOf<UserTable>;
export type NewUser = Pick<UserRecord, 'name' | 'role' | 'passwordHash'>;

const shape = new RecordShape<UserTable, UserRecord>();

/** The setting that holds the hash of the set-up link's code while there is no user. */
const setupSetting = 'setup-code';

interface SetupCode {
  hash: string;
  expiresAt: Instant;
}

/** People who sign in, and the one-time code that makes the first of them. */
export class Users {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws 'already-exists'. */
  async create(user: NewUser): Promise<UserRecord> {
    const record: UserRecord = { id: newId(), ...user, createdAt: this.#context.now(), lastSignInAt: null };
    await this.#context.db.insertInto('user').values(shape.row(record)).execute().catch(nameIsTaken('user', user.name));
    return record;
  }

  async findByName(name: string): Promise<UserRecord | undefined> {
    const row = await this.#context.db.selectFrom('user').selectAll().where('name', '=', name).executeTakeFirst();
    return row && shape.record(row);
  }

  /** Throws 'not-found'. */
  async byName(name: string): Promise<UserRecord> {
    return found(await this.findByName(name), 'user', 'name', name);
  }

  /** By name. */
  async list(page: PageRequest): Promise<Page<UserRecord>> {
    const query = this.#context.db.selectFrom('user').selectAll();
    const rows = await fetchPage(query, page, { key: 'name', id: 'id' }, row => [row.name, row.id]);
    return { items: rows.items.map(row => shape.record(row)), nextCursor: rows.nextCursor };
  }

  /**
   * Changes a role or password. A new password ends all sessions of the user. Throws 'not-found', and 'not-possible'
   * when nobody would be left who can administer.
   */
  async change(name: string, changes: Partial<Pick<UserRecord, 'role' | 'passwordHash'>>): Promise<UserRecord> {
    return await this.#context.atomically(async context => {
      const users = new Users(context);
      const user = await users.byName(name);
      if (changes.role && changes.role !== 'admin') await users.#refuseToLoseLastAdmin(user);
      const row = shape.changes(changes);
      if (Object.keys(row).length > 0) {
        await context.db.updateTable('user').set(row).where('id', '=', user.id).execute();
      }
      if (changes.passwordHash) await context.db.deleteFrom('session').where('user_id', '=', user.id).execute();
      return await users.byName(name);
    });
  }

  /** Deletes a user with all sessions. Throws 'not-found', and 'not-possible' for the last administrator. */
  async delete(name: string): Promise<void> {
    await this.#context.atomically(async context => {
      const users = new Users(context);
      const user = await users.byName(name);
      await users.#refuseToLoseLastAdmin(user);
      await context.db.deleteFrom('session').where('user_id', '=', user.id).execute();
      await context.db.deleteFrom('user').where('id', '=', user.id).execute();
    });
  }

  async signedIn(id: string): Promise<void> {
    await this.#context.db
      .updateTable('user')
      .set({ last_sign_in_at: this.#context.now() })
      .where('id', '=', id)
      .execute();
  }

  async exist(): Promise<boolean> {
    return (await this.#context.db.selectFrom('user').select('id').limit(1).executeTakeFirst()) !== undefined;
  }

  /** Keeps the hash of a new set-up code, which replaces an older one. */
  async offerSetup(code: SetupCode): Promise<void> {
    const value = JSON.stringify(code);
    await this.#context.db
      .insertInto('setting')
      .values({ name: setupSetting, value })
      .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
      .execute();
  }

  /** Uses up the set-up code and creates the first user. Throws 'not-signed-in' for a wrong
   * code, and 'not-possible' when it has expired or there are users already. */
  async setUp(codeHash: string, user: NewUser): Promise<UserRecord> {
    return await this.#context.atomically(async context => {
      const users = new Users(context);
      // Deleted before it is looked at: of two that come at once, the other then finds no row.
      const offered = await context.db
        .deleteFrom('setting')
        .where('name', '=', setupSetting)
        .returning('value')
        .executeTakeFirst();
      if (!offered || (await users.exist())) {
        throw new DomainError('not-possible', 'Certfleet is set up already. Sign in, or ask an administrator.');
      }
      const { hash, expiresAt } = JSON.parse(offered.value) as SetupCode;
      if (hash !== codeHash) {
        throw new DomainError('not-signed-in', 'This is not the code of the set-up link that was printed last.');
      }
      if (expiresAt <= context.now()) {
        throw new DomainError('not-possible', 'The set-up link has expired. Start Certfleet again for a new one.');
      }
      return await users.create(user);
    });
  }

  async #refuseToLoseLastAdmin(user: UserRecord): Promise<void> {
    if (user.role !== 'admin') return;
    // Locked on PostgreSQL, so that two administrators can't remove each other at the same moment.
    const query = this.#context.db.selectFrom('user').select('id').where('role', '=', 'admin');
    const admins = await (this.#context.dialect === 'postgres' ? query.forUpdate() : query).execute();
    if (admins.every(admin => admin.id === user.id)) {
      throw new DomainError(
        'not-possible',
        `${user.name} is the only administrator, and someone must be left who can administer. Make another user admin first.`,
      );
    }
  }
}
