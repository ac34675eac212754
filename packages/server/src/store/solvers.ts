import type { StoreContext } from './context.js';
import { type PluginRecord, PluginRows } from './plugin-rows.js';

/** One configured way to present challenges. */
export type SolverRecord = PluginRecord;

/** Configured solvers. */
export class Solvers extends PluginRows {
  constructor(context: StoreContext) {
    super(context, 'solver', 'a policy, a domain, a name of a certificate or a challenge');
  }
}
