import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { renderRolesTable } from './roles-table.js';

test('docs/reference/roles.md is what the contract says; if not, run script/generate-docs', async () => {
  const page = new URL('../../../../docs/reference/roles.md', import.meta.url);
  expect(await readFile(page, 'utf8')).toBe(renderRolesTable());
});
