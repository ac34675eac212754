import type { Flag, Instant, Json, Sealed } from './columns.js';

export interface PolicyTable {
  id: string;
  name: string;
  key_algorithm: string;
  key_on_renewal: 'new' | 'same';
  renew_days_before: number | null;
  profile: string | null;
  default_solver_id: string | null;
  created_at: Instant;
}

/** The accounts of a policy, in order: the second is the fallback. */
export interface PolicyAccountTable {
  policy_id: string;
  position: number;
  account_id: string;
}

export interface SolverTable {
  id: string;
  name: string;
  type: string;
  /** The plugin's configuration without its secrets. */
  config: Json;
  /** JSON object of the fields marked secret. */
  secrets: Sealed | null;
  /** A disabled one presents nothing; what it has presented is still taken away by it. */
  enabled: Flag;
  created_at: Instant;
}

/** A name or a suffix (leading dot) bound to a solver. */
export interface DomainTable {
  id: string;
  pattern: string;
  solver_id: string;
  created_at: Instant;
}
