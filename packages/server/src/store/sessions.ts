import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { type RecordOf, RecordShape } from './records.js';
import type { SessionTable, UserTable } from './schema/index.js';

export type SessionRecord = RecordOf<SessionTable>;
/** A session with what is asked of its user at each request. */
export type LiveSession = SessionRecord & { user: Pick<UserTable, 'id' | 'name' | 'role'> };

const shape = new RecordShape<SessionTable, SessionRecord>();

/**
 * Sessions of signed-in browsers. `id` is the hash of what the browser holds. `expiresAt` is the idle expiry: it moves
 * with use, up to the absolute one, which follows from `createdAt`.
 */
export class Sessions {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Also removes the sessions that are over. */
  async create(session: SessionRecord): Promise<void> {
    await this.#context.db.deleteFrom('session').where('expires_at', '<=', this.#context.now()).execute();
    await this.#context.db.insertInto('session').values(shape.row(session)).execute();
  }

  /** A session with its user as that is now. One that is over is there until the next begins. */
  async find(id: string): Promise<LiveSession | undefined> {
    const row = await this.#context.db
      .selectFrom('session')
      .innerJoin('user', 'user.id', 'session.user_id')
      .selectAll('session')
      .select(['user.name as user_name', 'user.role as user_role'])
      .where('session.id', '=', id)
      .executeTakeFirst();
    if (!row) return undefined;
    const { user_name: name, user_role: role, ...session } = row;
    return { ...shape.record(session), user: { id: session.user_id, name, role } };
  }

  /** Moves the idle expiry of a session in use. */
  async extend(id: string, expiresAt: Instant): Promise<void> {
    await this.#context.db.updateTable('session').set({ expires_at: expiresAt }).where('id', '=', id).execute();
  }

  async delete(id: string): Promise<void> {
    await this.#context.db.deleteFrom('session').where('id', '=', id).execute();
  }
}
