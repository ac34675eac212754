import { type RawBuilder, sql } from 'kysely';
import { days, type Instant } from '../domain/time.js';
import { failedDeployment } from './certificate-health.js';

/**
 * The newest deployment that a handshake has read at its assignment: what is served there as far as is known. Where
 * nothing has answered since then, nothing is.
 */
export const isLastRead: RawBuilder<boolean> = sql<boolean>`deployment.status = 'verified' and not exists (
  select 1 from deployment as later where later.assignment_id = deployment.assignment_id
    and later.id > deployment.id and later.status in ('verified', 'unreachable'))`;

/**
 * When the first of what a certificate's targets serve ends: an expression over the table `certificate`. It is another
 * moment than `not_after` while a new version could not be brought to them. Null: no target was read.
 */
export const servedUntil: RawBuilder<Instant | null> = sql<Instant | null>`(select min(version.not_after)
  from assignment inner join deployment on deployment.assignment_id = assignment.id
  inner join version on version.id = deployment.version_id
  where assignment.certificate_id = certificate.id and ${isLastRead})`;

const isNotThere = sql`exists (select 1 from assignment
  inner join deployment on deployment.assignment_id = assignment.id
  where assignment.certificate_id = certificate.id and ${failedDeployment})`;

/** The smallest is the most urgent: what ends soonest, and after a week what never came to where it is to be served. */
export const servedUrgency: RawBuilder<Instant> = sql<Instant>`coalesce(${servedUntil},
  case when ${isNotThere} then null else certificate.not_after end, certificate.created_at + ${sql.lit(days(7))})`;
