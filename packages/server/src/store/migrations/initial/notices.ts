import { flag, id, instant, integer, json, optional, references, sealed, sequence, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Channels, and their outbox. */
export async function notices({ index, table, unique }: TableMaker): Promise<void> {
  await table('channel', {
    id,
    name: text,
    type: text,
    config: json,
    secrets: optional(sealed),
    enabled: flag,
    kinds: json,
    severity: text,
    labels: json,
    account_holders: flag,
    collect_seconds: integer,
    last_sent_at: optional(instant),
    failures: integer,
    last_error: optional(text),
    last_error_at: optional(instant),
    next_at: optional(instant),
    created_at: instant,
  });
  await unique('channel', 'channel_name', ['name']);

  await table('digest', {
    id,
    channel_id: references('channel.id', 'cascade'),
    recipient: optional(text),
    left_over: optional(json),
    attempts: integer,
    next_at: instant,
    error: optional(text),
    created_at: instant,
  });
  await index('digest', 'digest_channel', ['channel_id', 'next_at']);

  await table('notice', {
    id: sequence,
    channel_id: references('channel.id', 'cascade'),
    recipient: optional(text),
    digest_id: optional(references('digest.id', 'cascade')),
    kind: text,
    severity: text,
    certificate: text,
    facts: json,
    created_at: instant,
  });
  await index('notice', 'notice_channel', ['channel_id', 'digest_id', 'recipient', 'created_at']);
  await index('notice', 'notice_digest', ['digest_id', 'id']);
}
