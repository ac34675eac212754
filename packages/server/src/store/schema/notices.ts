import type { NoticeKind, NoticeSeverity } from '@certfleet/contract';
import type { Generated } from 'kysely';
import type { Flag, Instant, Json, Sealed } from './columns.js';

/** One configured way to tell people or machines what happens. */
export interface ChannelTable {
  id: string;
  name: string;
  type: string;
  config: Json;
  secrets: Sealed | null;
  enabled: Flag;
  /** JSON array of NoticeKind of the contract; empty: it is a heartbeat. */
  kinds: Json;
  severity: NoticeSeverity;
  /** JSON array of `key` or `key=value`. */
  labels: Json;
  /** Whether the e-mail address of an account is told of its certificates, too. */
  account_holders: Flag;
  /** How long notices are collected for one message, in seconds. */
  collect_seconds: number;
  /** When the other side took something for the last time. */
  last_sent_at: Instant | null;
  /** Failed attempts since then, and the last one. */
  failures: number;
  last_error: string | null;
  last_error_at: Instant | null;
  /** Nothing is sent before this: after a failure, or until the next heartbeat. */
  next_at: Instant | null;
  created_at: Instant;
}

/** One message: written down before it is sent, deleted with its notices when the other side has taken it. */
export interface DigestTable {
  id: string;
  channel_id: string;
  /** As its notices'. */
  recipient: string | null;
  /** JSON array of the addresses that are still to get it, when others have; null: all of them. */
  left_over: Json | null;
  attempts: number;
  /** When it is tried next. */
  next_at: Instant;
  error: string | null;
  created_at: Instant;
}

/** One notice that a channel is to tell. The row goes when it is told. */
export interface NoticeTable {
  /** Given by the database, never twice. */
  id: Generated<number>;
  channel_id: string;
  /** The e-mail address of an account's holder; null: the channel's own recipients. */
  recipient: string | null;
  /** The message that tells it; null: it is being collected. */
  digest_id: string | null;
  kind: NoticeKind;
  severity: NoticeSeverity;
  /** The certificate's name. */
  certificate: string;
  /** JSON of NoticeFacts. */
  facts: Json;
  created_at: Instant;
}
