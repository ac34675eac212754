import { type Kysely, sql } from 'kysely';
import { instant, json, optional, sequence, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** The audit log. Servers that share a PostgreSQL hear of each other's events. */
export async function events({ db, dialect, index, table }: TableMaker): Promise<void> {
  await table('event', {
    id: sequence,
    at: instant,
    actor: text,
    action: text,
    subject: optional(text),
    outcome: text,
    message: text,
    detail: json,
  });
  await index('event', 'event_at', ['at']);
  await index('event', 'event_subject', ['subject', 'id']);
  await index('event', 'event_action', ['action', 'id']);
  await index('event', 'event_actor', ['actor', 'id']);
  if (dialect === 'postgres') await tellOfEvents(db);
}

/** notifications.ts listens. */
async function tellOfEvents(db: Kysely<unknown>): Promise<void> {
  await sql`create function certfleet_tell_of_event() returns trigger language plpgsql as $$
    begin
      perform pg_notify('certfleet_event', new.id::text);
      return null;
    end $$`.execute(db);
  await sql`create trigger event_told after insert on event
    for each row execute function certfleet_tell_of_event()`.execute(db);
}
