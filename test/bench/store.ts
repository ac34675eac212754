import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { runProgram } from '../harness/process.js';
import { createWorkdir } from '../harness/workdir.js';
import { figure, median, type Report, type Target, times } from './report.js';
import type { ClaimsResult } from './store/claims.child.js';
import { dueCount, fill, type Query } from './store/fill.js';
import { openStore } from './store/server-store.js';

const sizes = [1_000, 100_000] as const;
/** Processes for each store, in turns, and the rounds in each. */
const processes = 3;
const rounds = 60;

/** What it costs to find and start what is due, in a small store and in a large one. */
export async function benchStore(): Promise<Report> {
  const sqlite = await measure('SQLite', await sqliteStores());
  const postgres = await startPostgres();
  try {
    const urls = [await postgres.createDatabase(), await postgres.createDatabase()];
    const onPostgres = await measure(
      'PostgreSQL',
      urls.map(url => ({ url, open: () => openPostgres(url) })),
    );
    return report([...sqlite, ...onPostgres]);
  } finally {
    await postgres.stop();
  }
}

interface EmptyStore {
  url: string;
  open(): Promise<{ query: Query; close(): Promise<void> }>;
}

interface Row extends ClaimsResult {
  database: string;
  certificates: number;
}

async function measure(database: string, stores: EmptyStore[]): Promise<Row[]> {
  for (const [i, { url, open }] of stores.entries()) {
    await fill(openStore, url, sizes[i] ?? 0, async statement => {
      const { query, close } = await open();
      try {
        return await query(statement);
      } finally {
        await close();
      }
    });
  }
  const results = stores.map((): ClaimsResult[] => []);
  for (let turn = 0; turn < processes; turn += 1) {
    for (const [i, { url }] of stores.entries()) results[i]?.push(await claims(url));
  }
  return results.map((all, i) => ({
    database,
    certificates: sizes[i] ?? 0,
    milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
    cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
    memoryMb: median(all.map(({ memoryMb }) => memoryMb)),
  }));
}

async function claims(url: string): Promise<ClaimsResult> {
  const program = fileURLToPath(new URL('store/claims.child.ts', import.meta.url));
  const args = ['--expose-gc', '--import', 'tsx', program, url, String(rounds)];
  return JSON.parse(await runProgram(process.execPath, args)) as ClaimsResult;
}

async function sqliteStores(): Promise<EmptyStore[]> {
  const workdir = createWorkdir('store');
  return sizes.map(size => {
    const path = workdir.file(`${size}.db`);
    const open = async () => {
      const database = new DatabaseSync(path);
      return {
        query: async (statement: string) => database.prepare(statement).all() as Record<string, unknown>[],
        close: async () => database.close(),
      };
    };
    return { url: `sqlite:${path}`, open };
  });
}

async function openPostgres(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { query: async (statement: string) => (await client.query(statement)).rows, close: () => client.end() };
}

function report(rows: Row[]): Report {
  const targets = ['SQLite', 'PostgreSQL'].flatMap((database): Target[] => {
    const [small, large] = rows.filter(row => row.database === database);
    const growth = (value: (row: Row) => number) => (large && small ? value(large) / value(small) : Number.NaN);
    const time = growth(({ milliseconds }) => milliseconds);
    const memory = growth(({ memoryMb }) => memoryMb);
    return [
      { goal: `${database}: finding and starting grows < 2×`, measured: times(time), met: time < 2 },
      { goal: `${database}: memory grows < 2×`, measured: times(memory), met: memory < 2 },
    ];
  });
  return {
    title: 'store: finding what is due',
    about:
      `Finding ${dueCount} due certificates, taking their locks, and reading what their jobs begin with. ` +
      `Medians of ${processes} processes with ${rounds} rounds each, in turns; PostgreSQL does not sync here.`,
    table: [
      ['database', 'certificates', 'ms', 'CPU ms', 'memory MB'],
      ...rows.map(({ database, certificates, milliseconds, cpuMs, memoryMb }) => [
        database,
        String(certificates),
        figure(milliseconds),
        figure(cpuMs),
        figure(memoryMb, 0),
      ]),
    ],
    targets,
    notes: [],
  };
}
