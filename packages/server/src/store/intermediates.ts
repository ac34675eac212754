import type { StoreContext } from './context.js';
import { nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { IntermediateTable } from './schema/index.js';

/** A CA's certificate that completes the chains of imported certificates. */
export type IntermediateRecord = RecordOf<IntermediateTable>;

const shape = new RecordShape<IntermediateTable, IntermediateRecord>();

/** Intermediate certificates, by name. */
export class Intermediates {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  async create(fields: Omit<IntermediateRecord, 'id' | 'createdAt'>): Promise<IntermediateRecord> {
    const record = { id: newId(), ...fields, createdAt: this.#context.now() };
    await this.#context.db
      .insertInto('intermediate')
      .values(shape.row(record))
      .execute()
      .catch(nameIsTaken('intermediate', record.name));
    return record;
  }

  /** Throws `not-found`. */
  async byName(name: string): Promise<IntermediateRecord> {
    const row = await this.#context.db
      .selectFrom('intermediate')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return shape.record(found(row, 'intermediate', 'name', name));
  }

  async list(request: PageRequest = {}): Promise<Page<IntermediateRecord>> {
    const query = this.#context.db.selectFrom('intermediate').selectAll();
    const page = await fetchPage(query, request, { key: 'name', id: 'id' }, row => [row.name, row.id]);
    return { ...page, items: page.items.map(row => shape.record(row)) };
  }

  /** The PEM of all of them: for building a chain, of which any may be a part. */
  async certificates(): Promise<string[]> {
    const rows = await this.#context.db.selectFrom('intermediate').select('certificate').orderBy('id').execute();
    return rows.map(row => row.certificate);
  }

  async delete(id: string): Promise<void> {
    await this.#context.db.deleteFrom('intermediate').where('id', '=', id).execute();
  }
}
