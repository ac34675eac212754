/** What goes with something else has no event of its own: pages have to know it by the event of that. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../../packages/server/src/store/index.js';
import { openSqlite } from '../../../packages/server/src/store/sqlite.js';
import { changesOf } from '../../../packages/web/src/live/changes.js';

/** The collection of the API that shows the rows of a table; null: none does. */
const collections: Readonly<Record<string, string | null>> = {
  account: 'accounts',
  assignment: 'certificates',
  attached_rule: 'content-rules',
  certificate: 'certificates',
  channel: 'channels',
  deployment: 'certificates',
  digest: 'channels',
  identifier: 'certificates',
  instance: 'virtual-services',
  label: 'certificates',
  load_balancer: 'virtual-services',
  notice: 'channels',
  order: 'certificates',
  policy: 'policies',
  policy_account: 'policies',
  real_server: 'virtual-services',
  session: null,
  token: 'tokens',
  user: 'users',
  version: 'certificates',
  virtual_service: 'virtual-services',
};

/** Of `accounts`, as events name it. */
const nouns: Readonly<Record<string, string>> = {
  accounts: 'account',
  certificates: 'certificate',
  channels: 'channel',
  policies: 'policy',
  users: 'user',
  'virtual-services': 'virtual-service',
};

test('what is deleted or changed with something else is read again when that has gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-cascades-'));
  const path = join(folder, 'store.db');
  await (await openStore({ url: `sqlite:${path}`, masterKey: Buffer.alloc(32, 1) })).close();
  const { database, close } = await openSqlite(path);
  const keys = database
    .prepare(
      `select child.name as child, key."table" as parent from sqlite_master as child, pragma_foreign_key_list(child.name) as key
       where child.type = 'table' and key.on_delete in ('CASCADE', 'SET NULL')`,
    )
    .all() as { child: string; parent: string }[];
  close();
  rmSync(folder, { recursive: true });
  const tables = new Set(keys.flatMap(({ child, parent }) => [child, parent]));
  expect([...tables].sort()).toEqual(Object.keys(collections).sort());
  const shown = keys.map(({ child, parent }) => ({
    child: collections[child],
    parent: collections[parent],
    of: `${child} of ${parent}`,
  }));
  const missed = shown.filter(({ child, parent }) => {
    if (!child || !parent || child === parent) return false;
    return !changesOf({ action: 'x', subject: `${nouns[parent]}:x` })?.includes(child);
  });
  expect(missed).toEqual([]);
});
