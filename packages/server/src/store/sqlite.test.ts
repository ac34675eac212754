import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite } from './sqlite.js';

test('a commit waits for the disk, and foreign keys are checked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-sqlite-'));
  const file = await openSqlite(join(folder, 'store.db'));
  onTestFinished(() => {
    file.close();
    rmSync(folder, { recursive: true });
  });
  const pragma = (name: string) => Object.values(file.database.prepare(`pragma ${name}`).get() as object)[0];
  // No kill -9 would tell: only a machine that loses its power loses what was not synced. 2 is FULL.
  expect({
    synchronous: pragma('synchronous'),
    journal: pragma('journal_mode'),
    foreignKeys: pragma('foreign_keys'),
  }).toEqual({ synchronous: 2, journal: 'wal', foreignKeys: 1 });
});
