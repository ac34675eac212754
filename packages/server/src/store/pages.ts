import type { ReferenceExpression, SelectQueryBuilder } from 'kysely';
import { DomainError } from '../domain/errors.js';
import type { Database } from './schema/index.js';

/**
 * How lists are asked for; `cursor` is the `nextCursor` of the page before, asked for with the same filters and sort.
 */
export interface PageRequest {
  cursor?: string | undefined;
  /** 1 to 1000; 100 if left out. */
  limit?: number | undefined;
}

/** One page; `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** By what a list is sorted: `key` need not be unique, `id` is and decides among equals. */
interface Sort<DB, TB extends keyof DB> {
  key: ReferenceExpression<DB, TB>;
  id: ReferenceExpression<DB, TB>;
  descending?: boolean;
}

type Position = [key: string | number, id: string | number];

/**
 * A page by keyset: it begins after the last row of the page before, by value and not by count, so that rows that come
 * and go meanwhile neither repeat nor hide others, and the thousandth page costs as much as the first.
 *
 * `query` must select what `positionOf` needs.
 */
export async function fetchPage<TB extends keyof Database, O>(
  query: SelectQueryBuilder<Database, TB, O>,
  request: PageRequest,
  sort: Sort<Database, TB>,
  positionOf: (row: O) => Position,
): Promise<Page<O>> {
  const limit = request.limit ?? 100;
  const direction = sort.descending ? 'desc' : 'asc';
  let page = query
    .orderBy(sort.key, direction)
    .orderBy(sort.id, direction)
    .limit(limit + 1);
  if (request.cursor !== undefined) {
    const [key, id] = readCursor(request.cursor);
    const after = sort.descending ? '<' : '>';
    const from = sort.descending ? '<=' : '>=';
    // Not "key > x or (key = x and id > y)": neither database turns that into one range of the index.
    page = page
      .where(sort.key, from, key as never)
      .where(eb => eb.or([eb(sort.key, after, key as never), eb(sort.id, after, id as never)]));
  }
  const rows = await page.execute();
  const items = rows.slice(0, limit) as O[];
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? writeCursor(positionOf(last)) : null };
}

/**
 * A page of a list that begins with `first`, if there is one, whatever the list is sorted by. `rest` reads the pages of
 * the others, which have to be without it; their cursors are those of the whole list.
 */
export async function fetchPageAfter<T>(
  first: T | undefined,
  request: PageRequest,
  rest: (request: PageRequest) => Promise<Page<T>>,
): Promise<Page<T>> {
  if (first === undefined) return rest(request);
  const { limit = 100 } = request;
  // There is no page of none: of one the others are told by where they begin.
  const others = await rest({ ...request, limit: Math.max(1, limit - 1) });
  if (limit > 1) return { items: [first, ...others.items], nextCursor: others.nextCursor };
  return { items: [first], nextCursor: others.items.length > 0 ? writeCursor(['', '']) : null };
}

/**
 * One page of two lists that are both sorted upwards by ids that neither has in common, and were asked for with the same
 * cursor and limit.
 */
export function mergePages<T extends { id: string }>(pages: readonly Page<T>[], limit = 100): Page<T> {
  const all = pages.flatMap(({ items }) => items).sort((a, b) => (a.id < b.id ? -1 : 1));
  const items = all.slice(0, limit);
  const last = items.at(-1);
  const more = all.length > limit || pages.some(({ nextCursor }) => nextCursor !== null);
  return { items, nextCursor: more && last ? writeCursor([last.id, last.id]) : null };
}

function writeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function readCursor(cursor: string): Position {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch (cause) {
    throw badCursor(cause);
  }
  const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'number';
  if (!Array.isArray(position) || position.length !== 2 || !position.every(isScalar)) throw badCursor(undefined);
  return position as Position;
}

function badCursor(cause: unknown): DomainError {
  return new DomainError('invalid-input', 'The cursor is not one that this list gave out. Start without a cursor.', {
    cause,
    fields: [{ path: 'cursor', message: 'Not a cursor of this list.' }],
  });
}
