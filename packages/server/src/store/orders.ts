import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type Patch, type RecordOf, RecordShape } from './records.js';
import type { OrderTable } from './schema/index.js';

export type OrderRecord = RecordOf<OrderTable>;
export type NewOrder = Pick<OrderRecord, 'certificateId' | 'accountId' | 'revision' | 'keyId' | 'csr'> &
  Partial<Pick<OrderRecord, 'profile' | 'replaces'>>;
export type OrderPatch = Patch<OrderRecord, 'certificateId' | 'updatedAt'>;

/**
 * An order that is neither done, failed nor abandoned. A unique index sees to one at most for each certificate; the
 * condition is written out and not bound, so that the index is recognised when the statement is prepared.
 */
export const isRunning = sql<boolean>`"order".state not in ('done', 'failed', 'abandoned')`;

const shape = new RecordShape<OrderTable, OrderRecord>();

/** Orders: the persisted state of issuances. */
export class Orders {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws a `ConstraintViolation` while the certificate has another order that is not finished. */
  async create(fields: NewOrder): Promise<OrderRecord> {
    const now = this.#context.now();
    const record: OrderRecord = {
      id: newId(),
      profile: null,
      replaces: null,
      ...fields,
      state: 'new',
      url: null,
      finalizeUrl: null,
      certificateUrl: null,
      expiresAt: null,
      waitsFor: null,
      waitsUntil: null,
      error: null,
      versionId: null,
      createdAt: now,
      updatedAt: now,
    };
    await this.#context.db.insertInto('order').values(shape.row(record)).execute();
    return record;
  }

  /** The certificate's order that is not finished; null when there is none. */
  async active(certificateId: string): Promise<OrderRecord | null> {
    const row = await this.#context.db
      .selectFrom('order')
      .selectAll()
      .where('certificate_id', '=', certificateId)
      .where(isRunning)
      .executeTakeFirst();
    return row ? shape.record(row) : null;
  }

  /** The newest first. */
  async ofCertificate(certificateId: string, request: PageRequest = {}): Promise<Page<OrderRecord>> {
    const query = this.#context.db.selectFrom('order').selectAll().where('certificate_id', '=', certificateId);
    const sort = { key: 'id', id: 'id', descending: true } as const;
    const page = await fetchPage(query, request, sort, row => [row.id, row.id]);
    return { ...page, items: page.items.map(row => shape.record(row)) };
  }

  /** Says what it waits for. `updatedAt` stays: it tells since when the order has been in its state. */
  async wait(id: string, waitsFor: string, waitsUntil: Instant): Promise<void> {
    const changes = shape.changes({ waitsFor, waitsUntil });
    await this.#context.db.updateTable('order').set(changes).where('id', '=', id).execute();
  }

  /** Gives up what runs for a certificate, or with an account; what is still presented is cleaned up later. */
  async abandonOf(whose: { certificateId: string } | { accountId: string }, error: string): Promise<void> {
    const query = this.#context.db
      .updateTable('order')
      .set({ state: 'abandoned', error, waits_for: null, waits_until: null, updated_at: this.#context.now() })
      .where(isRunning);
    const chosen =
      'accountId' in whose
        ? query.where('account_id', '=', whose.accountId)
        : query.where('certificate_id', '=', whose.certificateId);
    await chosen.execute();
  }

  /** Forgets an order that the CA never took, so that nothing can have been presented for it. */
  async delete(id: string): Promise<void> {
    await this.#context.db.deleteFrom('order').where('id', '=', id).execute();
  }

  /**
   * Takes a running order a step further, so that it waits no more, and returns it as it is then; null, and nothing is changed, when it was given
   * up meanwhile, or its certificate asks for something else by now (another revision).
   */
  async advance({ id, certificateId, revision }: OrderRecord, patch: OrderPatch): Promise<OrderRecord | null> {
    const row = await this.#context.db
      .updateTable('order')
      .set(shape.changes({ waitsFor: null, waitsUntil: null, ...patch, updatedAt: this.#context.now() }))
      .where('id', '=', id)
      .where(isRunning)
      .where(eb =>
        eb.exists(
          eb
            .selectFrom('certificate')
            .select('certificate.id')
            .where('certificate.id', '=', certificateId)
            .where('certificate.revision', '=', revision),
        ),
      )
      .returningAll()
      .executeTakeFirst();
    return row ? shape.record(row) : null;
  }

  /** Returns the order as it is then. */
  async update(id: string, patch: OrderPatch): Promise<OrderRecord> {
    const row = await this.#context.db
      .updateTable('order')
      .set(shape.changes({ ...patch, updatedAt: this.#context.now() }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    return shape.record(found(row, 'order', 'id', id));
  }
}
