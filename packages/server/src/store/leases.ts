import { sql } from 'kysely';
import type { Duration } from '../domain/time.js';
import type { StoreContext } from './context.js';

/** Someone else holds one of the names: undoes what was taken of the others. */
class Busy extends Error {
  readonly held: string;
  constructor(held: string) {
    super(`${held} is held by someone else.`);
    this.held = held;
  }
}

/**
 * Locks of things outside, such as record sets, for as long as someone changes them: rows of the same table as jobs'
 * locks, without a job. Each holder has a name of its own that is never used again, which does what a fence does for
 * jobs: whoever lost a lock is told so. A row goes when it is let go of.
 */
export class Leases {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Takes all of these names and returns null, or none and returns one that someone else holds. */
  async take(names: readonly string[], holder: string, life: Duration): Promise<string | null> {
    try {
      await this.#context.atomically(async ({ db, now }) => {
        const at = now();
        // In one order by all, so that two servers don't wait for each other.
        const rows = [...names].sort().map(name => sql`(${name}, 1, ${holder}, ${at + life})`);
        const taken = await sql<{ name: string }>`
          insert into lock (name, fence, holder, held_until) values ${sql.join(rows)}
          on conflict (name) do update
            set fence = lock.fence + 1, holder = excluded.holder, held_until = excluded.held_until
            where lock.holder is null or lock.held_until <= ${at}
          returning name`.execute(db);
        const held = firstWithout(names, taken.rows);
        if (held !== null) throw new Busy(held);
      });
      return null;
    } catch (error) {
      if (error instanceof Busy) return error.held;
      throw error;
    }
  }

  /** Keeps them so much longer. Returns one that someone else has taken, null when there is none. */
  async renew(names: readonly string[], holder: string, life: Duration): Promise<string | null> {
    const { db, now } = this.#context;
    const kept = await db
      .updateTable('lock')
      .set({ held_until: now() + life })
      .where('name', 'in', names)
      .where('holder', '=', holder)
      .returning('name')
      .execute();
    return firstWithout(names, kept);
  }

  /** Lets go of them. Returns one that someone else had taken meanwhile, null when there is none. */
  async release(names: readonly string[], holder: string): Promise<string | null> {
    const gone = await this.#context.db
      .deleteFrom('lock')
      .where('name', 'in', names)
      .where('holder', '=', holder)
      .returning('name')
      .execute();
    return firstWithout(names, gone);
  }
}

function firstWithout(names: readonly string[], rows: readonly { name: string }[]): string | null {
  const found = new Set(rows.map(({ name }) => name));
  return names.find(name => !found.has(name)) ?? null;
}
