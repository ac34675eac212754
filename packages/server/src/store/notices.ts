import type { Insertable } from 'kysely';
import type { NoticeCounts } from '../domain/notices.js';
import type { Duration, Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { newId } from './ids.js';
import { type RecordOf, RecordShape } from './records.js';
import type { DigestTable, NoticeTable } from './schema/index.js';

/** What a notice says beside what it is sorted by. */
export interface NoticeFacts {
  identifiers: string[];
  notAfter: Instant | null;
  message: string;
}
export type NoticeRecord = RecordOf<NoticeTable, { facts: NoticeFacts }>;
export type NewNotice = Omit<NoticeRecord, 'id' | 'digestId' | 'createdAt'>;
/** One message that is to be sent. */
export type DigestRecord = RecordOf<DigestTable, { left_over: string[] | null }>;

const noticeShape = new RecordShape<NoticeTable, NoticeRecord>({ json: ['facts'] });
const digestShape = new RecordShape<DigestTable, DigestRecord>({ json: ['left_over'] });

/** Notices that one insertion names: databases have a limit on that. */
const batchSize = 100;

/**
 * The outbox of all channels. A notice is written in the transaction of what it tells; messages are made of those that
 * have been collected, and are written down before they are sent. Both go when the other side has taken the message, so
 * that what is here is what is still to be told.
 */
export class Notices {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  async add(notices: readonly NewNotice[]): Promise<void> {
    const { db, now } = this.#context;
    const rows = notices.map(({ facts, channelId, ...plain }): Insertable<NoticeTable> => {
      const own = { channel_id: channelId, digest_id: null, facts: JSON.stringify(facts), created_at: now() };
      return { ...plain, ...own };
    });
    for (let first = 0; first < rows.length; first += batchSize) {
      await db
        .insertInto('notice')
        .values(rows.slice(first, first + batchSize))
        .execute();
    }
  }

  /**
   * Makes messages of a channel's notices: one for each recipient whose first notice came at `until` or before. Who still
   * has a message to get gets the others in one message after it.
   */
  gather(channelId: string, until: Instant): Promise<void> {
    return this.#context.atomically(async context => {
      const { db, now } = context;
      for (const { recipient, first } of await new Notices(context).#collected(channelId)) {
        if (first > until) continue;
        const id = newId();
        const at = now();
        await db
          .insertInto('digest')
          .values({
            id,
            channel_id: channelId,
            recipient,
            left_over: null,
            attempts: 0,
            next_at: at,
            error: null,
            created_at: at,
          })
          .execute();
        await db
          .updateTable('notice')
          .set({ digest_id: id })
          .where('channel_id', '=', channelId)
          .where('digest_id', 'is', null)
          .where('recipient', recipient === null ? 'is' : '=', recipient)
          .execute();
      }
    });
  }

  /** A channel's messages that are to be tried by now, the oldest first. */
  async due(channelId: string, now: Instant): Promise<DigestRecord[]> {
    const rows = await this.#context.db
      .selectFrom('digest')
      .selectAll()
      .where('channel_id', '=', channelId)
      .where('next_at', '<=', now)
      .orderBy('id')
      .execute();
    return rows.map(row => digestShape.record(row));
  }

  /** When there is something to do for a channel that collects for so long; null: when the next notice comes. */
  async nextAt(channelId: string, collect: Duration): Promise<Instant | null> {
    const { next } = await this.#context.db
      .selectFrom('digest')
      .select(eb => eb.fn.min('next_at').as('next'))
      .where('channel_id', '=', channelId)
      .executeTakeFirstOrThrow();
    const collected = (await this.#collected(channelId)).map(({ first }) => first + collect);
    const moments = next === null ? collected : [next, ...collected];
    return moments.length === 0 ? null : Math.min(...moments);
  }

  /** What a message tells: how many notices of each kind, and the `limit` most severe. */
  async content(digestId: string, limit: number): Promise<{ counts: NoticeCounts; notices: NoticeRecord[] }> {
    const { db } = this.#context;
    const counts = await db
      .selectFrom('notice')
      .select(eb => ['kind', eb.fn.countAll<number>().as('count')])
      .where('digest_id', '=', digestId)
      .groupBy('kind')
      .execute();
    const rows = await db
      .selectFrom('notice')
      .selectAll()
      .where('digest_id', '=', digestId)
      .orderBy(eb => eb.case('severity').when('critical').then(0).when('warning').then(1).else(2).end())
      .orderBy('id')
      .limit(limit)
      .execute();
    return {
      counts: Object.fromEntries(counts.map(({ kind, count }) => [kind, Number(count)])),
      notices: rows.map(row => noticeShape.record(row)),
    };
  }

  /** It is over: the other side has taken it, or it is given up. */
  async finish(digestId: string): Promise<void> {
    const { db } = this.#context;
    await db.deleteFrom('notice').where('digest_id', '=', digestId).execute();
    await db.deleteFrom('digest').where('id', '=', digestId).execute();
  }

  /** It could not be delivered, or not to all: `leftOver` are those who are still to get it (null: all). */
  async postpone(
    digestId: string,
    { nextAt, error, leftOver }: Pick<DigestRecord, 'nextAt' | 'error' | 'leftOver'>,
  ): Promise<void> {
    await this.#context.db
      .updateTable('digest')
      .set(eb => ({
        ...digestShape.changes({ nextAt, error, leftOver }),
        attempts: eb('attempts', '+', 1),
      }))
      .where('id', '=', digestId)
      .execute();
  }

  /** Lets all messages of a channel be tried now: it was changed, or works again. */
  async hurry(channelId: string): Promise<void> {
    const { db, now } = this.#context;
    await db.updateTable('digest').set({ next_at: now() }).where('channel_id', '=', channelId).execute();
    await db.updateTable('channel').set({ next_at: null }).where('id', '=', channelId).execute();
  }

  /** How many notices each of these channels has still to tell. */
  async waiting(channelIds: readonly string[]): Promise<Map<string, number>> {
    if (channelIds.length === 0) return new Map();
    const rows = await this.#context.db
      .selectFrom('notice')
      .select(eb => ['channel_id', eb.fn.countAll<number>().as('count')])
      .where('channel_id', 'in', channelIds)
      .groupBy('channel_id')
      .execute();
    return new Map(rows.map(row => [row.channel_id, Number(row.count)]));
  }

  /** How many notices all channels have still to tell. */
  async countWaiting(): Promise<number> {
    const { count } = await this.#context.db
      .selectFrom('notice')
      .select(eb => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Forgets what a channel has still to tell. */
  async drop(channelId: string): Promise<void> {
    const { db } = this.#context;
    await db.deleteFrom('notice').where('channel_id', '=', channelId).execute();
    await db.deleteFrom('digest').where('channel_id', '=', channelId).execute();
  }

  /** Recipients for whom notices are collected and who have no message to get, with the moment of the first notice. */
  async #collected(channelId: string): Promise<{ recipient: string | null; first: Instant }[]> {
    const { db } = this.#context;
    const open = await db.selectFrom('digest').select('recipient').where('channel_id', '=', channelId).execute();
    const busy = new Set(open.map(({ recipient }) => recipient));
    const groups = await db
      .selectFrom('notice')
      .select(eb => ['recipient', eb.fn.min('created_at').as('first')])
      .where('channel_id', '=', channelId)
      .where('digest_id', 'is', null)
      .groupBy('recipient')
      .execute();
    return groups.filter(({ recipient }) => !busy.has(recipient));
  }
}
