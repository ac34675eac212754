import { expect, test } from 'vitest';
import { countInWords } from './count.js';
import type { CertificateFilter } from './filter.js';

const counted = { total: 100_000, healthy: 99_000, failing: 7 } as Parameters<typeof countInWords>[2];
const exact = (count: number) => ({ count, isExact: true });
const atLeast = (count: number) => ({ count, isExact: false });

test.each<[string, CertificateFilter, Parameters<typeof countInWords>[1], typeof counted, string | null]>([
  ['nothing is known yet', {}, null, undefined, null],
  ['all of few', {}, exact(14), undefined, '14'],
  ['all of many, as the server counted them', { sort: 'name' }, atLeast(100), counted, '100,000'],
  ['all of many, before the server has counted', {}, atLeast(100), undefined, 'more than 100'],
  ['one health of many', { health: 'healthy' }, atLeast(100), counted, '99,000 match'],
  ['what was read to its end is newer than what was counted', { health: 'failing' }, exact(8), counted, '8 match'],
  ['a search that finds few', { search: 'shop' }, exact(0), counted, '0 match'],
  ['a search that finds many, which nobody counts', { search: 'a' }, atLeast(300), counted, 'more than 300 match'],
  ['one health of a policy', { health: 'healthy', policy: 'x' }, atLeast(100), counted, 'more than 100 match'],
])('%s', (_, filter, found, server, words) => {
  expect(countInWords(filter, found, server)).toBe(words);
});
