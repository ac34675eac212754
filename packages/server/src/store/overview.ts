import type { CertificateHealth } from '@certfleet/contract';
import { type RawBuilder, sql } from 'kysely';
import { days, type Instant } from '../domain/time.js';
import {
  candidates,
  certificateHealth,
  failedDeployment,
  runningDeployment,
  unprovenDeployment,
} from './certificate-health.js';
import { type CertificateDetail, certificateDetails } from './certificate-list.js';
import type { StoreContext } from './context.js';
import type { Page } from './pages.js';
import { listRunning, type RunningRecord, type RunningRequest } from './running.js';
import { servedUrgency } from './served-until.js';

/** What is wrong with a certificate, with what there is to say of it. */
export interface TroubledCertificate extends CertificateDetail {
  /** A target that its latest version could not be brought to, or else where it is not proven; null: none. */
  badDeployment: { target: string; error: string | null; since: Instant } | null;
}

export type HealthCounts = Record<CertificateHealth | 'total', number>;

const unwell = [
  'revoked',
  'expired',
  'needs-person',
  'failing',
  'not-deployed',
  'unproven',
  'in-progress',
  'due',
] as const;

/** What people should look at: the others go on by themselves. */
const troubles = ['revoked', 'expired', 'needs-person', 'failing', 'not-deployed', 'unproven'] as const;

/** What was read once, and is not any more, is unproven only since then. */
const since = sql<Instant>`case deployment.status when 'unreachable' then deployment.updated_at else deployment.created_at end`;

/** Counts for those who want to see everything at once. What they cost grows with what is not healthy. */
export class Overviews {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** How many certificates there are by their health; all that are not among the candidates are healthy. */
  async countByHealth(): Promise<HealthCounts> {
    const { db, now } = this.#context;
    const { total } = await db
      .selectFrom('certificate')
      .select(eb => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await db
      .selectFrom(candidates(unwell, now()).as('candidate'))
      // SQLite takes the tables of a cross join in this order: the candidates are few, certificates many.
      .crossJoin('certificate')
      .whereRef('certificate.id', '=', 'candidate.id')
      .select(eb => [certificateHealth(now()).as('health'), eb.fn.countAll<number>().as('count')])
      .groupBy(sql`1`)
      .execute();
    const counts = {
      revoked: 0,
      expired: 0,
      'needs-person': 0,
      failing: 0,
      'not-deployed': 0,
      unproven: 0,
      'in-progress': 0,
      due: 0,
    };
    let others = 0;
    for (const { health, count } of rows) {
      if (health === 'healthy') continue;
      counts[health] = Number(count);
      others += Number(count);
    }
    return { ...counts, healthy: Number(total) - others, total: Number(total) };
  }

  /** The most urgent of those that people should look at. */
  async troubled(limit: number): Promise<TroubledCertificate[]> {
    const { db, now } = this.#context;
    const rows = await db
      .selectFrom(candidates(troubles, now()).as('candidate'))
      .crossJoin('certificate')
      .whereRef('certificate.id', '=', 'candidate.id')
      .selectAll('certificate')
      .where(certificateHealth(now()), 'in', troubles)
      .orderBy(servedUrgency)
      .orderBy('certificate.id')
      .limit(limit)
      .execute();
    const details = await certificateDetails(this.#context, rows);
    const having = (health: CertificateHealth) =>
      details.filter(detail => detail.health === health).map(({ id }) => id);
    const bad = new Map([
      ...(await this.#firstDeployments(having('not-deployed'), failedDeployment)),
      ...(await this.#firstDeployments(having('unproven'), unprovenDeployment)),
    ]);
    return details.map(detail => ({ ...detail, badDeployment: bad.get(detail.id) ?? null }));
  }

  /** Of these certificates, by their ids: one for each, of its first such target. */
  async #firstDeployments(ids: readonly string[], condition: RawBuilder<unknown>) {
    if (ids.length === 0) return new Map<string, { target: string; error: string | null; since: Instant }>();
    const rows = await this.#context.db
      .selectFrom('assignment')
      .innerJoin('deployment', 'deployment.assignment_id', 'assignment.id')
      .innerJoin('target', 'target.id', 'assignment.target_id')
      .select(['certificate_id', 'target.name as target', 'deployment.error', since.as('since')])
      .where('certificate_id', 'in', ids)
      .where(sql<boolean>`${condition}`)
      .orderBy('target.name', 'desc')
      .execute();
    return new Map(rows.map(({ certificate_id, ...deployment }) => [certificate_id, deployment]));
  }

  /**
   * How many certificates' current versions end, and how many renewals are planned, on each of so many days. A range of
   * an index for each day: grouping reads every certificate, which takes fifty times as long.
   */
  async calendar(from: Instant, count: number): Promise<{ expiring: number[]; renewals: number[] }> {
    const begin = (at: RawBuilder<unknown>) => sql`${sql.lit(from)} + ${at} * ${sql.lit(days(1))}`;
    const onDay = (column: string) => sql<number>`(select count(*) from certificate
      where coalesce(${sql.ref(column)}, 0) >= ${begin(sql`day.number`)}
        and coalesce(${sql.ref(column)}, 0) < ${begin(sql`(day.number + 1)`)})`;
    const { rows } = await sql<{ expiring: number; renewals: number }>`
      with recursive day (number) as (select cast(0 as bigint) union all
        select number + 1 from day where number + 1 < ${sql.lit(count)})
      select ${onDay('not_after')} as expiring, ${onDay('renew_at')} as renewals from day order by number`.execute(
      this.#context.db,
    );
    return { expiring: rows.map(row => Number(row.expiring)), renewals: rows.map(row => Number(row.renewals)) };
  }

  /** {@link listRunning} */
  running(request: RunningRequest = {}): Promise<Page<RunningRecord>> {
    return listRunning(this.#context, request);
  }

  /** How many assignments there are, and how many of them are not brought to their end. */
  async countAssignments(): Promise<{ total: number; pending: number; failing: number; unproven: number }> {
    const { db } = this.#context;
    const { total } = await db
      .selectFrom('assignment')
      .select(eb => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const count = async (condition: RawBuilder<unknown>) => {
      const row = await db
        .selectFrom('deployment')
        .select(eb => eb.fn.countAll<number>().as('count'))
        .where(sql<boolean>`${condition}`)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    };
    return {
      total: Number(total),
      pending: await count(runningDeployment),
      failing: await count(failedDeployment),
      unproven: await count(unprovenDeployment),
    };
  }

  /** How many solvers there are, and how many have not taken away yet what an order that is over has presented. */
  async countSolvers(): Promise<{ total: number; disabled: number; leftOver: number }> {
    const { db } = this.#context;
    const solvers = await db.selectFrom('solver').select(['id', 'enabled']).execute();
    const left = await db
      .selectFrom('challenge')
      .innerJoin('order', 'order.id', 'challenge.order_id')
      .select('challenge.solver_id')
      .distinct()
      .where('challenge.state', '<>', sql.lit('cleaned'))
      .where('order.state', 'in', ['done', 'failed', 'abandoned'])
      .execute();
    const disabled = solvers.filter(({ enabled }) => enabled === 0).length;
    return { total: solvers.length, disabled, leftOver: left.length };
  }
}
