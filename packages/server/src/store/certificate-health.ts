import type { CertificateHealth } from '@certfleet/contract';
import { type RawBuilder, sql } from 'kysely';
import { days, type Instant } from '../domain/time.js';
import { isOpen } from './challenges.js';
import { isRunning } from './orders.js';

const isRevoked = sql`exists (select 1 from version
  where version.id = certificate.current_version_id and version.revoked_at is not null)`;

const waitsForPerson = sql`exists (select 1 from "order" inner join challenge on challenge.order_id = "order".id
  where "order".certificate_id = certificate.id and ${isRunning} and ${isOpen})`;

const isOrdered = sql`exists (select 1 from "order" where "order".certificate_id = certificate.id and ${isRunning})`;

/** Whether the latest deployment of an assignment is in one of these states: earlier ones don't count any more. */
const deployed = (
  states: RawBuilder<unknown>,
) => sql`deployment.status in ('pending', 'installed', 'unreachable', 'failed', 'rolled-back')
  and deployment.status in (${states})
  and not exists (select 1 from deployment as later
    where later.assignment_id = deployment.assignment_id and later.id > deployment.id)`;

const hasDeployment = (states: RawBuilder<unknown>) => sql`exists (select 1 from assignment
  inner join deployment on deployment.assignment_id = assignment.id
  where assignment.certificate_id = certificate.id and ${deployed(states)})`;

const failedStates = sql`'failed', 'rolled-back'`;
const unprovenStates = sql`'unreachable'`;
const runningStates = sql`'pending', 'installed'`;

/** Assignments whose latest deployment failed, could not be proven by a handshake, or is not there yet. */
export const failedDeployment = deployed(failedStates);
export const unprovenDeployment = deployed(unprovenStates);
export const runningDeployment = deployed(runningStates);

/** Nothing renews what was imported: a person has to, in the last third of its life or the last 30 days, when notices begin. */
const isUnrenewed = (now: Instant) => sql`certificate.policy_id is null
  and coalesce(certificate.not_after, 0) between 1 and ${now + days(30)}`;
const endsUnrenewed = (now: Instant) => sql`(${isUnrenewed(now)} and exists (select 1 from version
  where version.id = certificate.current_version_id
    and version.not_after - (version.not_after - version.not_before) / 3 <= ${now}))`;

/** The one word for a certificate: an expression over the table `certificate`. */
export function certificateHealth(now: Instant): RawBuilder<CertificateHealth> {
  return sql<CertificateHealth>`case
    when ${isRevoked} then 'revoked'
    when certificate.not_after <= ${now} then 'expired'
    when (certificate.failures > 0 and certificate.needs_person = 1) or ${waitsForPerson}
      or ${endsUnrenewed(now)} then 'needs-person'
    when certificate.failures > 0 then 'failing'
    when ${hasDeployment(failedStates)} then 'not-deployed'
    when ${hasDeployment(unprovenStates)} then 'unproven'
    when ${isOrdered} or ${hasDeployment(runningStates)} then 'in-progress'
    when ${isDue(now)} then 'due'
    else 'healthy' end`;
}

/** The same as a condition, beside what indexes know of it: few of many certificates are not healthy. */
export function hasHealth(health: CertificateHealth, now: Instant): RawBuilder<boolean> {
  if (health === 'healthy') return sql<boolean>`(${certificateHealth(now)} = 'healthy')`;
  return sql<boolean>`(certificate.id in ${candidates([health], now)} and ${certificateHealth(now)} = ${health})`;
}

/** Ids of certificates among which are all that have one of these, by indexes that hold little more than that. */
export function candidates(
  healths: readonly Exclude<CertificateHealth, 'healthy'>[],
  now: Instant,
): RawBuilder<{ id: string }> {
  const all = sql.join(
    healths.flatMap(health => sources[health](now)),
    // Not `union`: for that SQLite reads certificates in the order of their ids, all of them.
    sql` union all `,
  );
  return sql<{ id: string }>`(select distinct id from (${all}) as source)`;
}

const failing = sql`select id from certificate where failures > 0`;
const ordered = sql`select certificate_id as id from "order" where ${isRunning}`;
const deployments = (condition: RawBuilder<unknown>) => sql`select certificate_id as id from deployment
  inner join assignment on assignment.id = deployment.assignment_id where ${condition}`;

const sources: Record<Exclude<CertificateHealth, 'healthy'>, (now: Instant) => RawBuilder<unknown>[]> = {
  revoked: () => [sql`select certificate_id as id from version where revoked_at is not null`],
  expired: now => [sql`select id from certificate where coalesce(not_after, 0) between 1 and ${now}`],
  'needs-person': now => [failing, ordered, sql`select id from certificate where ${isUnrenewed(now)}`],
  failing: () => [failing],
  'not-deployed': () => [deployments(failedDeployment)],
  unproven: () => [deployments(unprovenDeployment)],
  'in-progress': () => [ordered, deployments(runningDeployment)],
  due: now => [sql`select id from certificate where ${isDue(now)}`],
};

/** What was imported has no renewal either. */
function isDue(now: Instant) {
  return sql`coalesce(certificate.renew_at, 0) <= ${now} and certificate.policy_id is not null`;
}
