import type { Instant } from './columns.js';

export interface UserTable {
  id: string;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  password_hash: string;
  created_at: Instant;
  last_sign_in_at: Instant | null;
}

export interface SessionTable {
  /** SHA-256 of the cookie's value, hexadecimal. */
  id: string;
  user_id: string;
  csrf_token: string;
  created_at: Instant;
  expires_at: Instant;
}

export interface TokenTable {
  id: string;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  created_by: string;
  /** The user whose key it is, with whom it ends and whose role is its limit; null: it stands for itself. */
  user_id: string | null;
  created_at: Instant;
  expires_at: Instant | null;
  last_used_at: Instant | null;
}
