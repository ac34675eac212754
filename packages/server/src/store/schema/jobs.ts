import type { Instant } from './columns.js';

/** A job is a promise to look at `subject`; what to do follows from the rows, so doing it twice does no harm. */
export interface JobTable {
  id: string;
  kind: string;
  subject: string;
  /** Jobs with the same lock run one at a time: `certificate:<id>`. */
  lock: string;
  /** waiting: until run_at. due: run_at has come, it waits for its lock or a free hand. running: claimed. */
  state: 'waiting' | 'due' | 'running';
  /** The shortest remaining life first: the notAfter of what is at stake. */
  urgency: Instant;
  run_at: Instant;
  /** Enqueued again while it was running: when to run once more. */
  again_at: Instant | null;
  attempt: number;
  last_error: string | null;
  created_at: Instant;
}

/** Who holds a lock. The fence grows with each holder; a write with an older fence is refused. */
export interface LockTable {
  name: string;
  fence: number;
  holder: string | null;
  held_until: Instant | null;
}

/** A rate limit's bucket: see domain/rate-limits.ts. */
export interface RateBucketTable {
  directory_url: string;
  /** `<limit name>:<key>`. */
  bucket: string;
  state: number;
  updated_at: Instant;
}
