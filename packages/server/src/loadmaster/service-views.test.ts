import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rootContext } from '../store/context.js';
import { openStore, Store } from '../store/index.js';
import { openKeyRing } from '../store/key-ring.js';
import type { Database } from '../store/schema/index.js';
import { openSqlite, readSnapshot, type SqliteFile } from '../store/sqlite.js';
import { GroupCommit } from '../store/transactions.js';
import type { PoolSettings } from '../store/virtual-services.js';
import type { Call } from './command.js';
import { statisticsCommands } from './commands/statistics.js';
import { virtualServiceCommands } from './commands/virtual-services.js';
import { Parameters } from './parameters.js';

const folder = mkdtempSync(join(tmpdir(), 'certfleet-listvs-'));
const statements: string[] = [];
const statistics = vi.fn(async () => ({ items: [] }));
let file: SqliteFile;
let call: Call;

/** Enough for the cost of each to show. */
const many = 1000;

beforeAll(async () => {
  const path = join(folder, 'store.db');
  const masterKey = Buffer.alloc(32, 1);
  await (await openStore({ url: `sqlite:${path}`, masterKey })).close();
  file = await openSqlite(path);
  const db = new Kysely<Database>({ dialect: file.dialect, log: ({ query }) => void statements.push(query.sql) });
  const commits = new GroupCommit(db, file.database);
  const database = {
    ...{ db, dialect: 'sqlite' as const, transaction: commits.run.bind(commits) },
    snapshot: <T>(body: (snapshot: Kysely<Database>) => Promise<T>) => readSnapshot(path, body),
    close: async () => file.close(),
  };
  const ring = await openKeyRing(db, masterKey, Date.now);
  const store = new Store(rootContext(database, ring, Date.now), { event: () => undefined, enqueued: () => undefined });
  await fill(store, db);
  call = {
    ...{ parameters: new Parameters([]), engine: { store }, handlers: { virtualService: { statistics } } },
    actor: { role: 'viewer' },
  } as unknown as Call;
});

afterAll(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

/** One by the store, the others as its copies. */
async function fill(store: Store, db: Kysely<Database>): Promise<void> {
  const { id: loadBalancerId } = await store.loadBalancers.create({ name: 'default', isDefault: true, instances: [] });
  const pool: PoolSettings = {
    ...{ scheduling: 'round-robin', persistence: { type: 'none' }, healthCheck: { type: 'none' } },
    ...{ minimumServers: 1, unavailable: null },
  };
  const settings = { ...pool, name: null, enabled: true };
  const socket = { address: '::1', port: 1, type: 'https', redirectPort: null, http2: true } as const;
  const realServers = [{ address: '10.0.0.1', port: 80, weight: 1000, enabled: true, connectionLimit: 0 }];
  const { index } = await store.virtualServices.create({ ...settings, ...socket, loadBalancerId });
  const { index: sub } = await store.virtualServices.createSub(index, {
    ...{ ...settings, realServers },
    contentRules: ['default'],
  });
  const row = (of: number) =>
    db.selectFrom('virtual_service').selectAll().where('index', '=', of).executeTakeFirstOrThrow();
  const [parentRow, subRow] = [await row(index), await row(sub)];
  const server = await db.selectFrom('real_server').selectAll().executeTakeFirstOrThrow();
  const copies = Array.from({ length: many - 1 }, (_, i) => ({ parent: 10 + 2 * i, sub: 11 + 2 * i, port: 2 + i }));
  const parents = copies.map(copy => ({ ...parentRow, index: copy.parent, port: copy.port }));
  const subs = copies.map(copy => ({ ...subRow, index: copy.sub, parent_index: copy.parent }));
  const servers = copies.map(copy => ({ ...server, virtual_service_index: copy.sub }));
  await db.insertInto('virtual_service').values(parents).execute();
  await db.insertInto('virtual_service').values(subs).execute();
  await db.insertInto('real_server').values(servers).execute();
}

test.each([
  ['listvs', virtualServiceCommands],
  ['stats', statisticsCommands],
])(
  '%s of a thousand virtual services costs a few statements and one question to HAProxy',
  async (name, commands) => {
    statements.length = 0;
    statistics.mockClear();
    const reply = await commands.find(command => command.name === name)?.run(call);
    const { VS, Vs } = (reply as { data: Record<string, unknown[]> }).data;
    expect(VS ?? Vs).toHaveLength(2 * many);
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.length).toBeLessThanOrEqual(10);
    expect(statistics).toHaveBeenCalledTimes(1);
  },
  60_000,
);
