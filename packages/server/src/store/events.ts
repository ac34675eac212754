import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { EventTable } from './schema/index.js';
import { contains } from './search.js';

/** Details for machines; never a secret. */
export type EventDetail = Record<string, unknown>;
/** Something that changed something. */
export type EventRecord = RecordOf<EventTable, { detail: EventDetail }>;

/** An event to append; `at` is now if left out. */
export interface NewEvent {
  actor: string;
  /** `<noun>.<what happened>`: certificate.issued */
  action: string;
  /** `<noun>:<name>` */
  subject?: string | null;
  outcome: EventRecord['outcome'];
  message: string;
  detail?: EventDetail;
  at?: Instant;
}

export interface EventFilter {
  subject?: string | undefined;
  /** `certificate.issued`; or the noun alone, for all of its actions. */
  action?: string | undefined;
  /** Of these nouns none. */
  exceptNouns?: readonly string[] | undefined;
  actor?: string | undefined;
  outcome?: EventRecord['outcome'] | undefined;
  /** In the message. */
  search?: string | undefined;
  since?: Instant | undefined;
  /** Not included. */
  until?: Instant | undefined;
  order?: 'newest' | 'oldest' | undefined;
}

const shape = new RecordShape<EventTable, EventRecord>({ json: ['detail'] });

/** What happened: appended in the transaction of the change itself, so that there is neither without the other. */
export class Events {
  readonly #context: StoreContext;
  readonly #publish: (event: EventRecord) => void;

  constructor(context: StoreContext, publish: (event: EventRecord) => void) {
    this.#context = context;
    this.#publish = publish;
  }

  async append(event: NewEvent): Promise<EventRecord> {
    const { db, now, afterCommit } = this.#context;
    const fields = { at: now(), subject: null, detail: {}, ...event };
    const { id } = await db
      .insertInto('event')
      .values({ ...fields, detail: JSON.stringify(fields.detail) })
      .returning('id')
      .executeTakeFirstOrThrow();
    const record: EventRecord = { id, ...fields };
    afterCommit(() => this.#publish(record));
    return record;
  }

  async list(filter: EventFilter & PageRequest = {}): Promise<Page<EventRecord>> {
    let query = this.#context.db.selectFrom('event').selectAll();
    for (const column of ['subject', 'actor', 'outcome'] as const) {
      const value = filter[column];
      if (value !== undefined) query = query.where(column, '=', value);
    }
    const { action, exceptNouns = [], search } = filter;
    if (action?.includes('.')) query = query.where('action', '=', action);
    else if (action !== undefined) query = query.where(ofNoun(action));
    for (const noun of exceptNouns) query = query.where(eb => eb.not(ofNoun(noun)));
    if (search !== undefined) query = query.where(contains('message', search));
    if (filter.since !== undefined) query = query.where('at', '>=', filter.since);
    if (filter.until !== undefined) query = query.where('at', '<', filter.until);
    const descending = filter.order !== 'oldest';
    const page = await fetchPage(query, filter, { key: 'id', id: 'id', descending }, row => [row.id, row.id]);
    return { ...page, items: page.items.map(row => shape.record(row)) };
  }

  /** The events after this id, the oldest first: what a live stream missed. */
  async after(id: number, limit = 1000): Promise<EventRecord[]> {
    const rows = await this.#context.db
      .selectFrom('event')
      .selectAll()
      .where('id', '>', id)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(row => shape.record(row));
  }

  async get(ids: readonly number[]): Promise<EventRecord[]> {
    const rows = await this.#context.db.selectFrom('event').selectAll().where('id', 'in', ids).orderBy('id').execute();
    return rows.map(row => shape.record(row));
  }

  /** The newest event's id; 0 when there is none. */
  async newestId(): Promise<number> {
    const { newest } = await this.#context.db
      .selectFrom('event')
      .select(eb => eb.fn.max('id').as('newest'))
      .executeTakeFirstOrThrow();
    return newest ?? 0;
  }

  /** Deletes at most `limit` events that are older; returns how many. Called until it returns 0. */
  async prune(olderThan: Instant, limit = 5000): Promise<number> {
    const result = await this.#context.db
      .deleteFrom('event')
      .where('id', 'in', db =>
        db.selectFrom('event').select('id').where('at', '<', olderThan).orderBy('at').limit(limit),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  }
}

/** All actions of a noun, as one range of the index: `.` is followed by `/`. */
function ofNoun(noun: string) {
  return sql<boolean>`(action >= ${`${noun}.`} and action < ${`${noun}/`})`;
}
