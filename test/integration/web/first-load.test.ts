import { expect, test } from 'vitest';
import { gzippedFirstLoad } from '../../harness/site-size.js';

test('the first load is at most 250 kB of JavaScript, gzipped, with the overview', () => {
  const size = gzippedFirstLoad('src/pages/overview/overview.tsx');
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(250_000);
});
