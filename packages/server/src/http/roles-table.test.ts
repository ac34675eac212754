import { expect, test } from 'vitest';
import { renderRolesTable } from './roles-table.js';

test('docs/reference/roles.md says what the contract says; if not, run this test with -u', async () => {
  await expect(renderRolesTable()).toMatchFileSnapshot('../../../../docs/reference/roles.md');
});
