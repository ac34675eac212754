import type { Flag, Instant, Json, Sealed } from './columns.js';

export interface TargetTable {
  id: string;
  name: string;
  type: string;
  config: Json;
  secrets: Sealed | null;
  created_at: Instant;
}

/** What should be: this certificate on that target. */
export interface AssignmentTable {
  id: string;
  certificate_id: string;
  target_id: string;
  /** At most one on each target. */
  is_default: Flag;
  /** When it last became the default; null: it never was. */
  default_at: Instant | null;
  created_at: Instant;
}

/** One attempt to bring a version to an assignment. */
export interface DeploymentTable {
  id: string;
  assignment_id: string;
  version_id: string;
  status: 'pending' | 'installed' | 'verified' | 'unreachable' | 'failed' | 'rolled-back' | 'superseded';
  /** What was there before, as the target's capture returned it, sealed since it may hold a key. */
  captured: Sealed | null;
  served_serial: string | null;
  error: string | null;
  attempts: number;
  created_at: Instant;
  updated_at: Instant;
}
