import type { StoreContext } from './context.js';
import { type PluginRecord, PluginRows } from './plugin-rows.js';

/** One configured place to deploy to. */
export type TargetRecord = PluginRecord;

/** Configured targets. */
export class Targets extends PluginRows {
  constructor(context: StoreContext) {
    super(context, 'target', 'an assignment');
  }
}
