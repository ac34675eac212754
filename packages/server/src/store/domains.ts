import type { StoreContext } from './context.js';
import { nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import type { DomainTable } from './schema.js';

/** A name, or a suffix with a leading dot, bound to a solver. */
export type DomainRecord = RecordOf<DomainTable>;

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

  /** The domains that have to do with these names: the names themselves and all of their suffixes. */
  async covering(names: readonly string[]): Promise<DomainRecord[]> {
    const patterns = new Set(names.flatMap(patternsCovering));
    if (patterns.size === 0) return [];
    const rows = await this.#context.db
      .selectFrom('domain')
      .selectAll()
      .where('pattern', 'in', [...patterns])
      .execute();
    return rows.map(row => shape.record(row));
  }

  async list(request: PageRequest = {}): Promise<Page<DomainRecord>> {
    const query = this.#context.db.selectFrom('domain').selectAll();
    const page = await fetchPage(query, request, { key: 'pattern', id: 'id' }, row => [row.pattern, row.id]);
    return { ...page, items: page.items.map(row => shape.record(row)) };
  }

  async update(id: string, patch: { solverId: string }): Promise<void> {
    await this.#context.db.updateTable('domain').set(shape.changes(patch)).where('id', '=', id).execute();
  }

  async delete(id: string): Promise<void> {
    await this.#context.db.deleteFrom('domain').where('id', '=', id).execute();
  }
}

/** `a.b.c` → `a.b.c`, `.b.c`, `.c`. */
function patternsCovering(name: string): string[] {
  const labels = name.split('.');
  return [name, ...labels.slice(1).map((_, index) => `.${labels.slice(index + 1).join('.')}`)];
}
