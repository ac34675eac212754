import type { NoticeKind } from '@certfleet/contract';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { type PluginConfig, PluginRows, pluginShape } from './plugin-rows.js';
import type { RecordOf } from './records.js';
import type { ChannelTable } from './schema/index.js';

/** One configured way to tell people or machines what happens. */
export type ChannelRecord = RecordOf<
  ChannelTable,
  { config: PluginConfig; kinds: NoticeKind[]; labels: string[] },
  'secrets'
>;
/** What people set of a channel beside its plugin's configuration. */
export type ChannelSettings = Pick<
  ChannelRecord,
  'enabled' | 'kinds' | 'severity' | 'labels' | 'accountHolders' | 'collectSeconds'
>;

const shape = pluginShape<ChannelTable, ChannelRecord>({
  json: ['kinds', 'labels'],
  flags: ['enabled', 'account_holders'],
});

/** Of a channel that has not been used yet. */
export const unusedChannel = { lastSentAt: null, failures: 0, lastError: null, lastErrorAt: null, nextAt: null };

/** Configured channels, and how they fare. */
export class Channels extends PluginRows<ChannelRecord> {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    super(context, 'channel', '', shape);
    this.#context = context;
  }

  /** All that are used, by name. There are a handful. */
  async enabled(): Promise<ChannelRecord[]> {
    const rows = await this.#context.db
      .selectFrom('channel')
      .selectAll()
      .where('enabled', '=', 1)
      .orderBy('name')
      .execute();
    return rows.map(row => shape.record(row));
  }

  /** How many there are in each state, by whether they are used and whether the last attempt failed. */
  async countByState(): Promise<{ working: number; failing: number; disabled: number }> {
    const rows = await this.#context.db.selectFrom('channel').select(['enabled', 'failures']).execute();
    const used = rows.filter(({ enabled }) => enabled === 1);
    const failing = used.filter(({ failures }) => failures > 0).length;
    return { working: used.length - failing, failing, disabled: rows.length - used.length };
  }

  /** The other side took something. What failed before is over, unless a message still can't be delivered. */
  async succeeded(id: string, at: Instant, nextAt: Instant | null): Promise<void> {
    const { db } = this.#context;
    const failing = await db
      .selectFrom('digest')
      .select('id')
      .where('channel_id', '=', id)
      .where('error', 'is not', null)
      .executeTakeFirst();
    const over = failing ? {} : { failures: 0, last_error: null, last_error_at: null };
    await db
      .updateTable('channel')
      .set({ last_sent_at: at, next_at: nextAt, ...over })
      .where('id', '=', id)
      .execute();
  }

  async failed(id: string, failure: { error: string; at: Instant; nextAt: Instant | null }): Promise<void> {
    await this.#context.db
      .updateTable('channel')
      .set(eb => ({
        failures: eb('failures', '+', 1),
        last_error: failure.error,
        last_error_at: failure.at,
        next_at: failure.nextAt,
      }))
      .where('id', '=', id)
      .execute();
  }
}
