import type { StoreContext } from './context.js';

/** The setting that is there while Certfleet is paused; claim.ts looks for it. */
export const pausedSetting = 'paused';

/** The setting that changes with each restore: jobs/apply-load-balancer.ts then serves what was restored. */
export const restoredSetting = 'restored';

/** Small values that belong to the installation, by name: as JSON, or sealed when they are secrets. */
export class Settings {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** The value, or undefined when it was never set. The caller knows its type. */
  async get<T>(name: string): Promise<T | undefined> {
    const row = await this.#context.db
      .selectFrom('setting')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirst();
    return row && (JSON.parse(row.value) as T);
  }

  async set(name: string, value: unknown): Promise<void> {
    const text = JSON.stringify(value);
    await this.#context.db
      .insertInto('setting')
      .values({ name, value: text })
      .onConflict(conflict => conflict.column('name').doUpdateSet({ value: text }))
      .execute();
  }

  async delete(name: string): Promise<void> {
    await this.#context.db.deleteFrom('setting').where('name', '=', name).execute();
  }

  /** A secret's text, or null when it is not set. */
  async secret(name: string): Promise<string | null> {
    const row = await this.#context.db
      .selectFrom('secret_setting')
      .select('value')
      .where('id', '=', name)
      .executeTakeFirst();
    return await this.#context.sealer.openOptional(placeOf(name), row?.value ?? null);
  }

  /** Seals a secret; null removes it. */
  async setSecret(name: string, text: string | null): Promise<void> {
    const { db, sealer } = this.#context;
    const value = await sealer.sealOptional(placeOf(name), text);
    if (value === null) {
      await db.deleteFrom('secret_setting').where('id', '=', name).execute();
      return;
    }
    await db
      .insertInto('secret_setting')
      .values({ id: name, value })
      .onConflict(conflict => conflict.column('id').doUpdateSet({ value }))
      .execute();
  }
}

const placeOf = (name: string) => ({ table: 'secret_setting', column: 'value', id: name }) as const;
