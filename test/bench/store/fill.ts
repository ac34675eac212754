import { createCertificate, createPolicy, createVersion } from '../../integration/store/fleet.js';
import { openStore } from './server-store.js';

/** The same key everywhere: what it protects is thrown away after the benchmark. */
export const masterKey = Buffer.alloc(32, 7);

/** How many of a store's certificates are due. */
export const dueCount = 10;

/** Runs SQL past the store, which has no way to make 100,000 certificates at once. */
export type Query = (statement: string) => Promise<Record<string, unknown>[]>;

/**
 * Fills an empty store with certificates as they are between two renewals: with name, key, version, the job that waits
 * and its lock, which is free. {@link dueCount} of them are due, the others from tomorrow on, a minute after each
 * other.
 */
export async function fill(url: string, certificates: number, query: Query): Promise<void> {
  const store = await openStore({ url, masterKey });
  const now = Date.now();
  try {
    const policy = await createPolicy(store);
    const { id } = await createCertificate(store, policy, 'c');
    await createVersion(store, id, { notAfter: now + 90 * 86_400_000 });
    await store.jobs.enqueue({ kind: 'keep-valid', subject: id, lock: 'l', urgency: now, runAt: now });
    await store.jobs.claim({ holder: 'bench', now, leaseMs: 1, limit: 1 });
    await store.jobs.freeLeasesOf('bench');
  } finally {
    await store.close();
  }

  const copy = async (table: string, replaced: Record<string, string>) => {
    const [template = {}] = await query(`select * from ${table} limit 1`);
    const columns = Object.keys(template);
    await query(
      `insert into ${table} (${columns.map(column => `"${column}"`).join(', ')})
       with recursive n (i) as (select 1 union all select i + 1 from n where i < ${certificates - 1})
       select ${columns.map(column => replaced[column] ?? `"${column}"`).join(', ')}
       from n, (select * from ${table} limit 1) as template`,
    );
  };
  const numbered = (prefix: string) => `'${prefix}' || (1000000 + i)`;
  await copy('certificate', { id: numbered('c'), name: numbered('c'), current_version_id: 'null' });
  await copy('identifier', { certificate_id: numbered('c'), value: numbered('www') });
  await copy('"key"', { id: numbered('k') });
  await copy('version', { id: numbered('v'), certificate_id: numbered('c'), key_id: numbered('k') });
  await query(`update certificate set current_version_id = replace(id, 'c', 'v') where current_version_id is null`);
  await copy('lock', { name: numbered('l') });
  // The template is due too.
  const runAt = `case when i < ${dueCount} then ${now} else ${now + 86_400_000} + cast(i as bigint) * 60000 end`;
  await copy('job', {
    id: numbered('j'),
    subject: numbered('c'),
    lock: numbered('l'),
    state: `'waiting'`,
    run_at: runAt,
  });
  await query('analyze');
}
