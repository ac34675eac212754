import type { ServicePlace } from '@certfleet/contract';
import type { Store } from '../store/index.js';
import type { PluginConfig } from '../store/plugin-rows.js';

/**
 * Finds, with one query, which virtual services these solvers or targets are configured for. The answer is null for a
 * configuration that names none, or one that is not there.
 */
export async function servicePlaces(
  store: Store,
  configs: readonly PluginConfig[],
): Promise<(config: PluginConfig) => ServicePlace | null> {
  const places = await store.virtualServices.places(configs.map(indexOf).filter(index => index > 0));
  return config => places.get(indexOf(config)) ?? null;
}

/** 0: none. */
function indexOf({ virtualService }: PluginConfig): number {
  const index = Number(virtualService);
  return Number.isSafeInteger(index) ? index : 0;
}
