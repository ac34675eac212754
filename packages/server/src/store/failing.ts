import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import type { StoreContext } from './context.js';
import { virtualServiceOf } from './plugin-rows.js';
import type { Database } from './schema.js';

/** What may have been repaired: a row's id, a virtual service's index, or a domain's pattern. */
export type Repaired =
  | { policy: string }
  | { account: string }
  | { solver: string }
  | { virtualService: number }
  | { loadBalancer: string }
  | { domain: string };

type Certificate = ExpressionBuilder<Database, 'certificate'>;
type Condition = ExpressionWrapper<Database, 'certificate', SqlBool>;

/** Certificates whose last attempt has failed and that wait for the next one. */
export class Failing {
  readonly #context: StoreContext;
  readonly #enqueued: (runAt: number) => void;

  constructor(context: StoreContext, enqueued: (runAt: number) => void) {
    this.#context = context;
    this.#enqueued = enqueued;
  }

  /**
   * Lets the failing certificates that use this be tried now, by their jobs of this kind, and returns how many there are.
   * With other accounts, or an account that works again, the choice among them begins with the first. Whether a domain or
   * the policy's default decides on a solver is not told apart: one attempt too many does no harm.
   *
   * What it costs grows with the certificates that fail, not with those that there are.
   */
  tryNow(kind: string, repaired: Repaired): Promise<number> {
    return this.#context.atomically(async ({ db, now, dialect, afterCommit }) => {
      const at = now();
      const using = db
        .selectFrom('certificate')
        .select('certificate.id')
        // Not a parameter: the databases know by it that the partial index has all of them.
        .where('certificate.failures', '>', sql.lit(0))
        .where(eb => uses(eb, dialect, repaired));
      const { numUpdatedRows } = await db
        .updateTable('certificate')
        .set({ retry_at: at, updated_at: at, ...('policy' in repaired || 'account' in repaired ? { strikes: 0 } : {}) })
        .where('id', 'in', using)
        .executeTakeFirst();
      await db
        .updateTable('job')
        .set({
          run_at: sql`case when state = 'waiting' and run_at > ${at} then ${at} else run_at end`,
          again_at: sql`case when state <> 'running' then null when again_at < ${at} then again_at else ${at} end`,
        })
        .where('kind', '=', kind)
        .where('subject', 'in', using)
        .execute();
      if (numUpdatedRows > 0n) afterCommit(() => this.#enqueued(at));
      return Number(numUpdatedRows);
    });
  }
}

function uses(eb: Certificate, dialect: StoreContext['dialect'], repaired: Repaired): Condition {
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

/** Whether a domain's pattern fits a name, as domain/proof.ts has it. */
function isBoundBy(pattern: ReturnType<typeof sql>) {
  return sql<boolean>`(identifier.value = ${pattern} or (${pattern} like '.%'
    and '.' || replace(identifier.value, '*.', '') like '%' || ${pattern}))`;
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
