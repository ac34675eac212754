import { createCertificate, createPolicy, createVersion } from '../../integration/store/fleet.js';
import type { openStore } from './server-store.js';

/** The same key everywhere: what it protects is thrown away after the benchmark. */
export const masterKey = Buffer.alloc(32, 7);

/** How many of a store's certificates are due. */
export const dueCount = 10;

/** Runs SQL past the store, which has no way to make 100,000 certificates at once. */
export type Query = (statement: string) => Promise<Record<string, unknown>[]>;

const dayLong = 86_400_000;

/**
 * Fills an empty store with certificates as they are between two renewals: with name, key, version, the job that waits
 * and its lock, which is free. {@link dueCount} of them are due, unless `due` is another number; the others from tomorrow
 * on, a minute after each other. They are called c1000001 and so on, for www1000001 and so on.
 */
export async function fill(
  open: typeof openStore,
  url: string,
  certificates: number,
  query: Query,
  due = dueCount,
): Promise<void> {
  const store = await open({ url, masterKey });
  const now = Date.now();
  try {
    const policy = await createPolicy(store);
    const { id } = await createCertificate(store, policy, 'c');
    await createVersion(store, id, { notAfter: now + 90 * dayLong });
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
  /** A UUID for each row; `kind` tells the tables' apart. */
  const id = (kind: string) => `'${kind}0000000-0000-7000-8000-00000' || (1000000 + i)`;
  const [template = {}] = await query('select id from certificate');
  // As the API has them: the tests of the store take any.
  await query(`update "key" set algorithm = 'P-256'`);
  await query(`update policy set key_algorithm = 'P-256'`);
  const notAfter = `${now + 30 * dayLong} + cast(i as bigint) * 60000`;
  await copy('certificate', {
    id: id('c'),
    name: numbered('c'),
    current_version_id: 'null',
    not_after: notAfter,
    renew_at: `${notAfter} - ${20 * dayLong}`,
    renew_reason: `'lifetime'`,
  });
  await copy('identifier', { certificate_id: id('c'), value: numbered('www') });
  await copy('"key"', { id: id('d') });
  await copy('version', { id: id('e'), certificate_id: id('c'), key_id: id('d'), not_after: notAfter });
  await query(`update certificate set current_version_id = 'e' || substr(id, 2) where current_version_id is null`);
  await copy('lock', { name: numbered('l') });
  // The template is due too.
  const runAt = `case when i < ${due} then ${now} else ${now + dayLong} + cast(i as bigint) * 60000 end`;
  await copy('job', { id: id('f'), subject: id('c'), lock: numbered('l'), state: `'waiting'`, run_at: runAt });
  if (due === 0) await query(`update job set run_at = ${now + dayLong} where subject = '${template.id}'`);
  await query('analyze');
}
