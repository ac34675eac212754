import { type Expression, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import type { Database } from './schema/index.js';

/** How lists that can be searched are asked for. */
export interface SearchRequest extends PageRequest {
  /** What is looked for, anywhere in a name; left out or empty: everything. */
  search?: string | undefined;
}

/** A pattern for `like … escape '\\'` that finds `text` anywhere. */
function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * Whether a column, or what is made of some, has `text` in it, whatever the case of its ASCII letters. No index helps to
 * find a part of a text: the rows are gone through. That is a few milliseconds for ten thousand of them.
 */
export function contains(column: string | RawBuilder<string>, text: string): RawBuilder<SqlBool> {
  const value = typeof column === 'string' ? sql.ref(column) : column;
  return sql<SqlBool>`lower(${value}) like ${containing(text)} escape '\\'`;
}

/** The tables whose rows are known by their names, or in `column` by something like it. */
type Named = 'account' | 'content_rule' | 'domain' | 'policy' | 'solver' | 'target' | 'channel';

/**
 * A page by name. With `search`: of those that have it in their names, or for which one of `also` holds, and first the one
 * that is called exactly so: whoever knows a whole name finds it, however many others have it in theirs.
 */
export function fetchByName<TB extends Named, O extends { id: string }>(
  query: SelectQueryBuilder<Database, TB, O>,
  { search = '', ...request }: SearchRequest,
  table: Named,
  { column = 'name', also = [] }: { column?: 'name' | 'pattern'; also?: readonly Expression<SqlBool>[] } = {},
): Promise<Page<O>> {
  const name = sql<string>`${sql.ref(`${table}.${column}`)}`;
  const id = sql<string>`${sql.ref(`${table}.id`)}`;
  const nameOf = (row: O) => (row as O & Record<typeof column, string>)[column];
  if (search === '') return fetchPage(query, request, { key: name, id }, row => [nameOf(row), row.id]);
  const found = query.where(eb => eb.or([contains(name, search), ...also]));
  const key = sql<string>`case when ${name} = ${search} then '' else ${name} end`;
  return fetchPage(found, request, { key, id }, row => [nameOf(row) === search ? '' : nameOf(row), row.id]);
}

/** Whether a row of `virtual_service` has `text` in its name or in its address and port, however those are written. */
export function serviceHas(text: string): RawBuilder<SqlBool> {
  const place = sql<string>`virtual_service.address || ':' || virtual_service.port`;
  // People put the IPv6 address in brackets where a port follows it.
  return sql`(${contains('virtual_service.name', text)} or ${contains(place, text.replace(/[[\]]/g, ''))})`;
}

/** Whether `index`, as text, is that of a virtual service that has `text` in its name or address. */
export function isServiceWith(index: RawBuilder<string>, text: string): RawBuilder<SqlBool> {
  return sql`${index} in (
    select cast(virtual_service."index" as text) from virtual_service
    where virtual_service.parent_index is null and ${serviceHas(text)}
  )`;
}
