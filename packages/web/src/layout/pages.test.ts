import { expect, test } from 'vitest';
import { pageAbove } from './pages.js';

test.each<[string, string | null]>([
  ['/', '/'],
  ['/certificates', '/certificates'],
  ['/certificates/www', '/certificates'],
  ['/request', '/certificates'],
  ['/virtual-services/3', '/virtual-services'],
  ['/virtual-services/content-rules', '/virtual-services/content-rules'],
  ['/ssl-certificates/intermediates', '/ssl-certificates'],
  ['/settings/users', '/settings'],
  ['/certificatesx', null],
])('%s belongs to %s', (address, page) => {
  expect(pageAbove(address)).toBe(page);
});
