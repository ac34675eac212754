import type { Generated } from 'kysely';
import type { Flag, Instant, Json } from './columns.js';

/**
 * One order: the persisted state of an issuance. Every outside effect has its intent written here before it and its
 * outcome after it; docs/issuance-cycle.md tells what a crash at each step leaves behind.
 */
export interface OrderTable {
  id: string;
  certificate_id: string;
  account_id: string;
  /** The certificate's revision that it was made for. */
  revision: number;
  key_id: string;
  /** Base64 of the DER CSR, made before the order. */
  csr: string;
  profile: string | null;
  /** certID of the version that it replaces (RFC 9773 §5). */
  replaces: string | null;
  /** The state machine of issuance/advance-order.ts. */
  state: 'new' | 'created' | 'presenting' | 'validating' | 'finalizing' | 'done' | 'failed' | 'abandoned';
  url: string | null;
  finalize_url: string | null;
  certificate_url: string | null;
  /** The order's own expiry (RFC 8555 §7.1.3). */
  expires_at: Instant | null;
  /** Why it waits, for people; null while it works. */
  waits_for: string | null;
  /** Until when it waits; null while it works. */
  waits_until: Instant | null;
  error: string | null;
  version_id: string | null;
  created_at: Instant;
  updated_at: Instant;
}

/** One challenge of an order. A row that is not `cleaned` may have something presented and is cleaned up by name and value. */
export interface ChallengeTable {
  /** Given by the database, never twice. */
  id: Generated<number>;
  order_id: string;
  authorization_url: string;
  challenge_url: string;
  identifier: string;
  type: 'http-01' | 'dns-01' | 'tls-alpn-01';
  token: string;
  /** What is presented: the key authorization for http-01, the TXT value for dns-01. */
  value: string;
  solver_id: string;
  /** Where the solver puts it, in its own words, written down before it is put there; null: it needs none, or not yet. */
  place: string | null;
  /** When it was presented by a solver whose presentations outlive the process; null: not yet, or they don't. */
  presented_at: Instant | null;
  /** Whether a person presents it. */
  by_person: Flag;
  /** When it was looked for and found, or a person said to go on without that; null: not yet, or nobody has to. */
  confirmed_at: Instant | null;
  /** JSON of a Sighting: what came of looking for it last. */
  sighting: Json | null;
  /** `intended`: it is presented, or about to be. What the order's state says of it needs no second word. */
  state: 'intended' | 'cleaned';
  created_at: Instant;
}
