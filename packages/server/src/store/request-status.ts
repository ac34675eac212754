import type { RequestStatus } from '@certfleet/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import { isRunning } from './orders.js';

/** Of the certificate in question; `since`: only one that was made then or later. */
const running = (since = sql`0`) => sql`exists (select 1 from "order"
  where "order".certificate_id = certificate.id and ${isRunning} and "order".created_at >= ${since})`;

/**
 * What became of the last time that a certificate was to be issued, null of an imported one: an expression over the
 * table `certificate`, so that what is shown and what is filtered by can't differ.
 *
 * A failure is what counts until the next order is made; one that goes on after a failure has still failed.
 */
export function requestStatus(now: Instant): RawBuilder<RequestStatus | null> {
  return sql<RequestStatus | null>`case
    when certificate.policy_id is null then null
    when certificate.failures > 0 and not ${running(sql`certificate.last_error_at`)} then 'failed'
    when coalesce(certificate.renew_at, 0) <= ${now} or ${running()} then 'pending'
    when exists (select 1 from version
      where version.id = certificate.current_version_id and version.number > 1) then 'renewed'
    else 'available' end`;
}

/** The same as a condition, beside what an index knows of it: few of many certificates fail. */
export function hasRequestStatus(status: RequestStatus, now: Instant): RawBuilder<boolean> {
  const failing = status === 'failed' ? sql`certificate.failures > 0 and ` : sql``;
  return sql<boolean>`(${failing}${requestStatus(now)} = ${status})`;
}
