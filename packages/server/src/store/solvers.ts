import { sql } from 'kysely';
import { DomainError } from '../domain/errors.js';
import type { StoreContext } from './context.js';
import { type NewPluginRow, type PluginConfig, type PluginPatch, PluginRows, pluginShape } from './plugin-rows.js';
import type { RecordOf } from './records.js';
import type { SolverTable } from './schema/index.js';

/** One configured way to present challenges. */
export type SolverRecord = RecordOf<SolverTable, { config: PluginConfig }, 'secrets'>;

/** What refers to a solver, in numbers. */
export interface SolverUse {
  domains: number;
  /** Those whose default it is. */
  policies: number;
  /** Challenges that are still presented, though their orders are over. */
  leftOver: number;
}

const shape = pluginShape<SolverTable, SolverRecord>({ flags: ['enabled'] });

/** Configured solvers. */
export class Solvers extends PluginRows<SolverRecord> {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    super(
      context,
      'solver',
      'a policy, a domain, a name of a certificate or a challenge that is not cleaned up',
      shape,
    );
    this.#context = context;
  }

  /** Enabled unless said otherwise. Throws `already-exists`. */
  override create({ enabled = true, ...row }: NewPluginRow & { enabled?: boolean }): Promise<SolverRecord> {
    return super.create({ ...row, enabled });
  }

  /**
   * Throws `in-use` for another configuration while an order has something presented by it, which is cleaned up by the
   * same one. What a finished order left behind doesn't count: cleaning it up has failed, and another configuration may
   * be the remedy.
   */
  override async update(id: string, patch: PluginPatch & { enabled?: boolean }): Promise<void> {
    await this.#context.atomically(async context => {
      const rows = new PluginRows<SolverRecord>(context, 'solver', '', shape);
      const presented = patch.config || patch.secrets ? await presentedBy(context, id) : undefined;
      if (presented !== undefined) {
        const { name } = await rows.get(id);
        throw new DomainError(
          'in-use',
          `Solver "${name}" can't be changed now: it presents a challenge for ${presented}, which is taken away by the configuration that it has. Try again when the order is through.`,
        );
      }
      await rows.update(id, patch);
    });
  }

  /** What each of these solvers is to prove, and what it has still to take away of orders that are over. */
  async uses(ids: readonly string[]): Promise<Map<string, SolverUse>> {
    if (ids.length === 0) return new Map();
    const { db } = this.#context;
    const domains = await db
      .selectFrom('domain')
      .select(eb => ['solver_id', eb.fn.countAll<number>().as('count')])
      .where('solver_id', 'in', ids)
      .groupBy('solver_id')
      .execute();
    const policies = await db
      .selectFrom('policy')
      .select(eb => ['default_solver_id', eb.fn.countAll<number>().as('count')])
      .where('default_solver_id', 'in', ids)
      .groupBy('default_solver_id')
      .execute();
    const left = await db
      .selectFrom('challenge')
      .innerJoin('order', 'order.id', 'challenge.order_id')
      .select(eb => ['challenge.solver_id', eb.fn.countAll<number>().as('count')])
      // As a literal: else the partial index of these few is not used.
      .where('challenge.state', '<>', sql.lit('cleaned'))
      .where('challenge.solver_id', 'in', ids)
      .where('order.state', 'in', ['done', 'failed', 'abandoned'])
      .groupBy('challenge.solver_id')
      .execute();
    const of = (id: string): SolverUse => ({
      domains: Number(domains.find(row => row.solver_id === id)?.count ?? 0),
      policies: Number(policies.find(row => row.default_solver_id === id)?.count ?? 0),
      leftOver: Number(left.find(row => row.solver_id === id)?.count ?? 0),
    });
    return new Map(ids.map(id => [id, of(id)]));
  }

  /** Throws `in-use` while something refers to it; what it has cleaned up does not count. */
  override async delete(id: string): Promise<void> {
    const { db } = this.#context;
    await db.deleteFrom('challenge').where('solver_id', '=', id).where('state', '=', 'cleaned').execute();
    await super.delete(id);
  }
}

/** A name that the CA is validating by this solver. */
async function presentedBy({ db, dialect }: StoreContext, solverId: string): Promise<string | undefined> {
  const solver = db.selectFrom('solver').select('id').where('id', '=', solverId);
  // A challenge that is being written refers to this row: it is waited for.
  await (dialect === 'postgres' ? solver.forUpdate() : solver).execute();
  const challenge = await db
    .selectFrom('challenge')
    .innerJoin('order', 'order.id', 'challenge.order_id')
    .select('challenge.identifier')
    .where('challenge.solver_id', '=', solverId)
    .where('challenge.state', '<>', 'cleaned')
    // While presenting fails, a new configuration may be the remedy.
    .where('order.state', '=', 'validating')
    .orderBy('challenge.id')
    .executeTakeFirst();
  return challenge?.identifier;
}
