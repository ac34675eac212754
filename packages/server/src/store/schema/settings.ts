import type { Instant, Json, Sealed } from './columns.js';

/** A data key, wrapped by the master key. New secrets are sealed by the one that is not retired. */
export interface DataKeyTable {
  id: string;
  /** Base64url of nonce, ciphertext and tag. */
  wrapped: string;
  created_at: Instant;
  /** When a rotation put another one in its place; null: in use. */
  retired_at: Instant | null;
}

export interface SettingTable {
  name: string;
  value: Json;
}

/** A setting that is a secret; its id is its name. */
export interface SecretSettingTable {
  id: string;
  value: Sealed;
}
