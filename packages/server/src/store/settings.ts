import type { StoreContext } from './context.js';

/** Small values that belong to the installation, as JSON by name. Never a secret. */
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
}
