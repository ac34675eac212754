import { expect, test } from 'vitest';
import { nextSort } from '../../parts/rows.js';
import { CertificateFilter, narrowedBy } from './filter.js';

test('what an address says wrongly is left out, the rest counts', () => {
  const search = { search: 'www', health: 'splendid', sort: 'size', policy: 'default', expiresBefore: 'soon', page: 3 };
  expect(CertificateFilter.parse(search)).toEqual({ search: 'www', policy: 'default' });
});

test.each([
  [{ sort: 'name' }, null],
  [{ sort: 'name', health: 'due', search: undefined }, ['health']],
] as const)('%j is narrowed by %j', (filter, narrowed) => {
  expect(narrowedBy(filter)).toEqual(narrowed);
});

test.each([
  ['name', '-name'],
  ['-name', 'name'],
  ['notAfter', 'name'],
])('choosing the name after %s sorts by %s', (present, next) => {
  expect(nextSort(present, 'name')).toBe(next);
});
