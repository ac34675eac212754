import type { StoreContext } from './context.js';
import { type PluginRecord, PluginRows } from './plugin-rows.js';

/** One configured way to present challenges. */
export type SolverRecord = PluginRecord;

/** Configured solvers. */
export class Solvers extends PluginRows {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    super(context, 'solver', 'a policy, a domain, a name of a certificate or a challenge that is not cleaned up');
    this.#context = context;
  }

  /** Throws `in-use` while something refers to it; what it has cleaned up does not count. */
  override async delete(id: string): Promise<void> {
    const { db } = this.#context;
    await db.deleteFrom('challenge').where('solver_id', '=', id).where('state', '=', 'cleaned').execute();
    await super.delete(id);
  }
}
