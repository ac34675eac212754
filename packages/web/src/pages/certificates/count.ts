import type { Overview } from '@certfleet/contract';
import type { RowCount } from '../../parts/rows.js';
import { type CertificateFilter, narrowedBy } from './filter.js';

/** By what `overview` has counted already; null: what the table is narrowed to is counted nowhere. */
export function countedAs({
  sort: _,
  ...filter
}: CertificateFilter): 'total' | NonNullable<CertificateFilter['health']> | null {
  const narrowed = narrowedBy(filter);
  if (narrowed === null) return 'total';
  return narrowed.length === 1 && filter.health !== undefined ? filter.health : null;
}

/**
 * How many certificates match, in words. `found`: what the table knows, exact once it has been read to its end; `counted`:
 * what the server has counted, up to some seconds ago. Null: nothing is known yet.
 */
export function countInWords(
  filter: CertificateFilter,
  found: RowCount | null,
  counted: Overview['certificates'] | undefined,
): string | null {
  const as = countedAs(filter);
  const known = found?.isExact ? found.count : as === null ? undefined : counted?.[as];
  const count = known ?? found?.count;
  if (count === undefined) return null;
  const number = `${known === undefined ? 'more than ' : ''}${count.toLocaleString('en')}`;
  return as === 'total' ? number : `${number} match`;
}
