import type { StoreContext } from './context.js';
import { nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import type { Page } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { DomainTable } from './schema/index.js';
import { fetchByName, type SearchRequest } from './search.js';

/** A name, or a suffix with a leading dot, bound to a solver. */
export type DomainRecord = RecordOf<DomainTable>;

/** With what the API shows of it. */
export interface DomainDetail extends DomainRecord {
  /** The solver's name. */
  solver: string;
}

const shape = new RecordShape<DomainTable, DomainRecord>();

/** Which solver proves which names. */
export class Domains {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  async create(fields: Pick<DomainRecord, 'pattern' | 'solverId'>): Promise<DomainRecord> {
    const record = { id: newId(), ...fields, createdAt: this.#context.now() };
    await this.#context.db
      .insertInto('domain')
      .values(shape.row(record))
      .execute()
      .catch(nameIsTaken('domain', fields.pattern));
    return record;
  }

  async find(id: string): Promise<DomainRecord | undefined> {
    const row = await this.#context.db.selectFrom('domain').selectAll().where('id', '=', id).executeTakeFirst();
    return row && shape.record(row);
  }

  /** Those with one of these patterns: whoever resolves a name asks for the name and all of its suffixes at once. */
  async byPatterns(patterns: readonly string[]): Promise<DomainRecord[]> {
    if (patterns.length === 0) return [];
    const rows = await this.#context.db
      .selectFrom('domain')
      .selectAll()
      .where('pattern', 'in', [...new Set(patterns)])
      .execute();
    return rows.map(row => shape.record(row));
  }

  /** By pattern; `solverId`: those of this solver alone. */
  async list({
    solverId,
    ...request
  }: SearchRequest & { solverId?: string | undefined } = {}): Promise<Page<DomainDetail>> {
    const all = this.#context.db
      .selectFrom('domain')
      .innerJoin('solver', 'solver.id', 'domain.solver_id')
      .selectAll('domain')
      .select('solver.name as solver');
    const query = solverId === undefined ? all : all.where('domain.solver_id', '=', solverId);
    const page = await fetchByName(query, request, 'domain', { column: 'pattern' });
    return { ...page, items: page.items.map(({ solver, ...row }) => ({ ...shape.record(row), solver })) };
  }

  async update(id: string, patch: { solverId: string }): Promise<void> {
    await this.#context.db.updateTable('domain').set(shape.changes(patch)).where('id', '=', id).execute();
  }

  async delete(id: string): Promise<void> {
    await this.#context.db.deleteFrom('domain').where('id', '=', id).execute();
  }
}
