import { id, instant, optional, references, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Users, their sessions, and tokens. */
export async function users({ index, table, unique }: TableMaker): Promise<void> {
  await table('user', {
    id,
    name: text,
    role: text,
    password_hash: text,
    created_at: instant,
    last_sign_in_at: optional(instant),
  });
  await unique('user', 'user_name', ['name']);

  await table('session', {
    id,
    user_id: references('user.id', 'cascade'),
    csrf_token: text,
    created_at: instant,
    expires_at: instant,
  });
  await index('session', 'session_user', ['user_id']);
  await index('session', 'session_expires_at', ['expires_at']);

  await table('token', {
    id,
    name: text,
    role: text,
    hash: text,
    created_by: text,
    user_id: optional(references('user.id', 'cascade')),
    created_at: instant,
    expires_at: optional(instant),
    last_used_at: optional(instant),
  });
  await unique('token', 'token_name', ['name']);
  await unique('token', 'token_hash', ['hash']);
}
