import { type RawBuilder, sql } from 'kysely';
import type { StoreContext } from './context.js';
import { isInUse, nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import type { Page } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { ChannelTable, SolverTable, TargetTable } from './schema/index.js';
import { fetchByName, isServiceWith, type SearchRequest } from './search.js';

/** A plugin's configuration as JSON; what it means is the plugin's. */
export type PluginConfig = Record<string, unknown>;

/** The columns that solvers, targets and channels have in common. */
type PluginTable = Pick<
  SolverTable & TargetTable & ChannelTable,
  keyof SolverTable & keyof TargetTable & keyof ChannelTable
>;
/** A configured plugin, without the values of its secret fields. */
export type PluginRecord = RecordOf<PluginTable, { config: PluginConfig }, 'secrets'>;

/**
 * What a plugin itself is given: its whole configuration, secret fields included. It lacks what a {@link PluginRecord}
 * has besides, so that the compiler keeps it from wherever those are shown.
 */
export type PluginWithSecrets = Pick<PluginRecord, 'name' | 'type' | 'config'>;

export interface NewPluginRow {
  name: string;
  type: string;
  config: PluginConfig;
  /** The fields that the plugin's definition marks as secret. */
  secrets?: PluginConfig | null | undefined;
}

export interface PluginPatch {
  name?: string | undefined;
  config?: PluginConfig | undefined;
  /** All of them; left out: as they were. */
  secrets?: PluginConfig | null | undefined;
}

/** What one kind of plugin has beside that. */
type More<R> = Omit<R, keyof PluginRecord>;

/** `json` and `flags`: columns that one kind of plugin has beside the common ones. */
export function pluginShape<T extends PluginTable, R extends PluginRecord>(
  more: { json?: readonly (keyof T & string)[]; flags?: readonly (keyof T & string)[] } = {},
): RecordShape<T, R> {
  return new RecordShape<T, R>({
    json: ['config', ...(more.json ?? [])],
    flags: more.flags ?? [],
    hidden: ['secrets'],
  });
}

/** The index of the virtual service that a solver's or a target's configuration names, as text. */
export function virtualServiceOf(dialect: StoreContext['dialect']): RawBuilder<string> {
  return dialect === 'sqlite' ? sql`cast(config ->> 'virtualService' as text)` : sql`config::json ->> 'virtualService'`;
}

/** The index of the virtual service that a configuration names; null: it names none. */
export function serviceIndexOf({ virtualService }: PluginConfig): number | null {
  const index = Number(virtualService);
  return Number.isSafeInteger(index) && index > 0 ? index : null;
}

/** The rows of configured plugins: the same for all kinds but for the table, what it has besides and what refers to it. */
export class PluginRows<R extends PluginRecord = PluginRecord> {
  readonly #context: StoreContext;
  readonly #table: 'solver' | 'target' | 'channel';
  readonly #referrers: string;
  readonly #shape: RecordShape<PluginTable, R>;

  constructor(
    context: StoreContext,
    table: 'solver' | 'target' | 'channel',
    referrers: string,
    shape: RecordShape<never, R> = pluginShape(),
  ) {
    this.#context = context;
    this.#table = table;
    this.#referrers = referrers;
    this.#shape = shape as unknown as RecordShape<PluginTable, R>;
  }

  /** Throws `already-exists`. */
  async create({ secrets, ...fields }: NewPluginRow & More<R>): Promise<R> {
    const { db, now } = this.#context;
    const record = { id: newId(), ...fields, createdAt: now() } as unknown as R;
    await db
      .insertInto(this.#table as 'target')
      .values({ ...this.#shape.row(record), secrets: await this.#seal(record.id, secrets ?? null) })
      .execute()
      .catch(nameIsTaken(this.#table, record.name));
    return record;
  }

  async find(id: string): Promise<R | undefined> {
    const row = await this.#context.db
      .selectFrom(this.#table as 'solver')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && this.#shape.record(row);
  }

  /** Throws `not-found`, as does {@link byName}. */
  async get(id: string): Promise<R> {
    return found(await this.find(id), this.#table, 'id', id);
  }

  async findByName(name: string): Promise<R | undefined> {
    const row = await this.#context.db
      .selectFrom(this.#table as 'solver')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return row && this.#shape.record(row);
  }

  async byName(name: string): Promise<R> {
    return found(await this.findByName(name), this.#table, 'name', name);
  }

  /** By name. With `search` also those that are configured for a virtual service with it in its name or address. */
  async list({ type, ...request }: SearchRequest & { type?: string | undefined } = {}): Promise<Page<R>> {
    const { db, dialect } = this.#context;
    const all = db.selectFrom(this.#table as 'solver').selectAll();
    const query = type === undefined ? all : all.where('type', '=', type);
    const also = request.search ? [isServiceWith(virtualServiceOf(dialect), request.search)] : [];
    const page = await fetchByName(query, request, this.#table, { also });
    return { ...page, items: page.items.map(row => this.#shape.record(row)) };
  }

  /** Those whose configuration names one of these virtual services, whatever they are called. */
  async onVirtualServices(indexes: readonly number[]): Promise<R[]> {
    if (indexes.length === 0) return [];
    const { db, dialect } = this.#context;
    const rows = await db
      .selectFrom(this.#table as 'solver')
      .selectAll()
      .where(virtualServiceOf(dialect), 'in', indexes.map(String))
      .orderBy('name')
      .execute();
    return rows.map(row => this.#shape.record(row));
  }

  /** Throws `not-found`. */
  async withSecrets(id: string): Promise<PluginWithSecrets> {
    const row = await this.#context.db
      .selectFrom(this.#table as 'solver')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    const stored = found(row, this.#table, 'id', id);
    const secrets = await this.#context.sealer.openOptional(this.#place(id), stored.secrets);
    const { name, type, config } = this.#shape.record(stored);
    return { name, type, config: secrets === null ? config : { ...config, ...JSON.parse(secrets) } };
  }

  async update(id: string, { secrets, ...patch }: PluginPatch & Partial<More<R>>): Promise<void> {
    const changes = {
      ...this.#shape.changes(patch as Partial<R>),
      ...(secrets === undefined ? {} : { secrets: await this.#seal(id, secrets) }),
    };
    if (Object.keys(changes).length === 0) return;
    await this.#context.db
      .updateTable(this.#table as 'solver')
      .set(changes)
      .where('id', '=', id)
      .execute()
      .catch(nameIsTaken(this.#table, patch.name ?? ''));
  }

  /** Throws `in-use` while something refers to it. */
  async delete(id: string): Promise<void> {
    const { name } = await this.get(id);
    const noun = `${this.#table.charAt(0).toUpperCase()}${this.#table.slice(1)}`;
    await this.#context.db
      .deleteFrom(this.#table as 'solver')
      .where('id', '=', id)
      .execute()
      .catch(isInUse(`${noun} "${name}"`, this.#referrers));
  }

  #seal(id: string, secrets: PluginConfig | null) {
    return this.#context.sealer.sealOptional(this.#place(id), secrets && JSON.stringify(secrets));
  }

  #place(id: string) {
    return { table: this.#table, column: 'secrets', id } as const;
  }
}
