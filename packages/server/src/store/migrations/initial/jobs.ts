import { id, instant, integer, optional, real, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Jobs, locks, and the ledger of rate limits. */
export async function jobs({ index, table, unique }: TableMaker): Promise<void> {
  await table('job', {
    id,
    kind: text,
    subject: text,
    lock: text,
    state: text,
    urgency: instant,
    run_at: instant,
    again_at: optional(instant),
    attempt: integer,
    last_error: optional(text),
    created_at: instant,
  });
  await unique('job', 'job_subject', ['kind', 'subject']);
  await index('job', 'job_run_at', ['state', 'run_at']);
  await index('job', 'job_urgency', ['state', 'urgency', 'id']);
  await index('job', 'job_lock', ['lock', 'state', 'urgency', 'id']);

  await table('lock', { name: id, fence: integer, holder: optional(text), held_until: optional(instant) });
  await index('lock', 'lock_held_until', ['held_until']);

  await table('rate_bucket', { directory_url: text, bucket: text, state: real, updated_at: instant }, [
    'directory_url',
    'bucket',
  ]);
}
