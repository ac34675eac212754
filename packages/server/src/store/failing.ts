import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import { isBoundBy } from './bound-names.js';
import { Certificates } from './certificates.js';
import type { StoreContext } from './context.js';
import { virtualServiceOf } from './plugin-rows.js';
import type { Database } from './schema/index.js';

/**
 * What may have been repaired: a row's id, a virtual service's index, or a domain's pattern; or what proves a certificate's
 * names. `otherAccounts`: whether another account than before may be asked for certificates.
 */
export type Repaired =
  | { policy: string; otherAccounts: boolean }
  | { account: string; otherAccounts: boolean }
  | { solver: string }
  | { virtualService: number }
  | { loadBalancer: string }
  | { domain: string }
  | { certificate: string };

type Certificate = ExpressionBuilder<Database, 'certificate'>;
type Condition = ExpressionWrapper<Database, 'certificate', SqlBool>;

/** Rows that one statement names: databases have a limit on that. */
const batchSize = 1000;

/** Certificates whose last attempt has failed and that wait for the next one. */
export class Failing {
  readonly #context: StoreContext;
  readonly #enqueued: (runAt: number) => void;

  constructor(context: StoreContext, enqueued: (runAt: number) => void) {
    this.#context = context;
    this.#enqueued = enqueued;
  }

  /**
   * Lets the failing certificates that use this be tried now, by their jobs of this kind, and returns how many there
   * are. Those that are being tried are tried again if that fails, also for the first time. A wait that a CA asked for
   * is not cut short, unless another account may be asked now.
   *
   * Whenever a policy or an account is what changed, the choice among accounts begins with the first. Whether a domain
   * or the policy's default decides on a solver is not told apart: one attempt too many does no harm.
   *
   * What it costs grows with the certificates that fail or are due, not with those that there are.
   */
  tryNow(kind: string, repaired: Repaired): Promise<number> {
    return this.#context.atomically(async context => {
      const { db, now, afterCommit } = context;
      const at = now();
      const failing = await failingNow(context, repaired, at);
      const ids = [...failing, ...(await triedNow(context, kind, repaired, at))].sort();
      const strikes = 'policy' in repaired || 'account' in repaired ? { strikes: 0 } : {};
      for (let first = 0; first < ids.length; first += batchSize) {
        const batch = ids.slice(first, first + batchSize);
        await new Certificates(context).lock('id', batch);
        await db
          .updateTable('certificate')
          .set({ retry_at: at, updated_at: at, ...strikes })
          .where('id', 'in', batch)
          .execute();
        await db
          .updateTable('job')
          .set({
            run_at: sql`case when state = 'waiting' and run_at > ${at} then ${at} else run_at end`,
            again_at: sql`case when state <> 'running' then null when again_at < ${at} then again_at else ${at} end`,
          })
          .where('kind', '=', kind)
          .where('subject', 'in', batch)
          .execute();
      }
      if (ids.length > 0) afterCommit(() => this.#enqueued(at));
      return failing.length;
    });
  }
}

/** Those that have failed and use what was repaired, without those that wait because their CA asked for it. */
async function failingNow({ db, dialect }: StoreContext, repaired: Repaired, at: Instant): Promise<string[]> {
  let query = db
    .selectFrom('certificate')
    .select('certificate.id')
    // Not a parameter: the databases know by it that the partial index has all of them.
    .where('certificate.failures', '>', sql.lit(0))
    .where(eb => uses(eb, dialect, repaired));
  if (!('otherAccounts' in repaired && repaired.otherAccounts)) {
    // The CA's word stands beside its moment, see jobs/keep-valid.ts.
    query = query.where(eb =>
      eb.or([eb('waits_for', 'is', null), eb('retry_at', 'is', null), eb('retry_at', '<=', at)]),
    );
  }
  return (await query.execute()).map(({ id }) => id);
}

/**
 * Those that have not failed, but may be being tried with what was there before the repair: their jobs run, or are due
 * and may be claimed at any moment. One that rests, after it was replaced twice, is not being tried.
 */
async function triedNow(
  { db, dialect }: StoreContext,
  kind: string,
  repaired: Repaired,
  at: Instant,
): Promise<string[]> {
  const rows = await db
    .selectFrom('job')
    // SQLite takes the tables of a cross join in this order: what is due is little, what uses a policy may be all.
    .crossJoin('certificate')
    .select('certificate.id')
    .where('job.state', 'in', ['waiting', 'due', 'running'])
    .where('job.run_at', '<=', at)
    .where('job.kind', '=', kind)
    .whereRef('certificate.id', '=', 'job.subject')
    .where('certificate.failures', '=', 0)
    .where(eb => eb(eb.fn.coalesce('certificate.retry_at', sql.lit(0)), '<=', at))
    .where(eb => uses(eb as unknown as Certificate, dialect, repaired))
    .execute();
  return rows.map(({ id }) => id);
}

function uses(eb: Certificate, dialect: StoreContext['dialect'], repaired: Repaired): Condition {
  if ('certificate' in repaired) return eb('certificate.id', '=', repaired.certificate);
  if ('policy' in repaired) return eb('certificate.policy_id', '=', repaired.policy);
  if ('account' in repaired) {
    const policies = eb.selectFrom('policy_account').select('policy_id').where('account_id', '=', repaired.account);
    return eb('certificate.policy_id', 'in', policies);
  }
  if ('domain' in repaired) return eb.exists(identifiers(eb).where(isBoundBy(sql`${repaired.domain}`)));
  const solvers = solversOf(eb, dialect, repaired);
  const policies = eb.selectFrom('policy').select('policy.id').where('default_solver_id', 'in', solvers);
  const domains = eb
    .selectFrom('domain')
    .select('domain.id')
    .where('domain.solver_id', 'in', solvers)
    .where(isBoundBy(sql`domain.pattern`));
  return eb.exists(
    identifiers(eb).where(identifier =>
      identifier.or([
        identifier('identifier.solver_id', 'in', solvers),
        identifier.and([
          identifier('identifier.solver_id', 'is', null),
          identifier.or([eb('certificate.policy_id', 'in', policies), eb.exists(domains)]),
        ]),
      ]),
    ),
  );
}

/** Of one certificate, which is found already. */
function identifiers(eb: Certificate) {
  return eb
    .selectFrom('identifier')
    .select('identifier.value')
    .whereRef('identifier.certificate_id', '=', 'certificate.id');
}

function solversOf(
  eb: Certificate,
  dialect: StoreContext['dialect'],
  repaired: { solver: string } | { virtualService: number } | { loadBalancer: string },
) {
  const solvers = eb.selectFrom('solver').select('solver.id');
  if ('solver' in repaired) return solvers.where('solver.id', '=', repaired.solver);
  if ('virtualService' in repaired) return solvers.where(virtualServiceOf(dialect), '=', `${repaired.virtualService}`);
  const services = eb
    .selectFrom('virtual_service')
    .select(sql<string>`cast(virtual_service."index" as text)`.as('index'))
    .where('load_balancer_id', '=', repaired.loadBalancer);
  return solvers.where(virtualServiceOf(dialect), 'in', services);
}
