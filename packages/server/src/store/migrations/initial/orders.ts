import { sql } from 'kysely';
import { flag, id, instant, integer, json, optional, references, sequence, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Orders and their challenges. */
export async function orders({ db, index, table, unique }: TableMaker): Promise<void> {
  await table('order', {
    id,
    certificate_id: references('certificate.id', 'cascade'),
    account_id: references('account.id', 'cascade'),
    revision: integer,
    key_id: references('key.id'),
    csr: text,
    profile: optional(text),
    replaces: optional(text),
    state: text,
    url: optional(text),
    finalize_url: optional(text),
    certificate_url: optional(text),
    expires_at: optional(instant),
    waits_for: optional(text),
    waits_until: optional(instant),
    error: optional(text),
    version_id: optional(references('version.id', 'set null')),
    created_at: instant,
    updated_at: instant,
  });
  await index('order', 'order_certificate', ['certificate_id', 'id']);
  await index('order', 'order_account', ['account_id']);
  await index('order', 'order_key', ['key_id']);
  await index('order', 'order_version', ['version_id']);
  // One running order for each certificate: whatever goes wrong elsewhere, it is not ordered twice.
  await sql`create unique index order_running on "order" (certificate_id)
    where state not in ('done', 'failed', 'abandoned')`.execute(db);
  // Only what has ended is forgotten one day; what runs changes often and is not in it.
  await sql`create index order_finished on "order" (updated_at)
    where state in ('done', 'failed', 'abandoned')`.execute(db);

  await table('challenge', {
    id: sequence,
    // Not with its order: what may still be presented somewhere has to be cleaned up first.
    order_id: references('order.id'),
    authorization_url: text,
    challenge_url: text,
    identifier: text,
    type: text,
    token: text,
    value: text,
    solver_id: references('solver.id'),
    place: optional(text),
    presented_at: optional(instant),
    by_person: flag,
    confirmed_at: optional(instant),
    sighting: optional(json),
    state: text,
    created_at: instant,
  });
  await unique('challenge', 'challenge_order', ['order_id', 'challenge_url']);
  await index('challenge', 'challenge_solver', ['solver_id']);
  await index('challenge', 'challenge_token', ['token']);
  // What is not cleaned up is few among many.
  await sql`create index challenge_uncleaned on challenge (order_id, id) where state <> 'cleaned'`.execute(db);
}
