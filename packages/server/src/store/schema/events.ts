import type { Generated } from 'kysely';
import type { Instant, Json } from './columns.js';

export interface EventTable {
  id: Generated<number>;
  at: Instant;
  actor: string;
  action: string;
  subject: string | null;
  outcome: 'intended' | 'succeeded' | 'failed';
  message: string;
  detail: Json;
}
