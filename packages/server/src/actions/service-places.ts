import type { ServicePlace } from '@certfleet/contract';
import type { Store } from '../store/index.js';
import { type PluginConfig, serviceIndexOf } from '../store/plugin-rows.js';

/**
 * Finds, with one query, which virtual services these solvers or targets are configured for. The answer is null for a
 * configuration that names none, or one that is not there.
 */
export async function servicePlaces(
  store: Store,
  configs: readonly PluginConfig[],
): Promise<(config: PluginConfig) => ServicePlace | null> {
  const places = await store.virtualServices.places(configs.flatMap(config => serviceIndexOf(config) ?? []));
  return config => places.get(serviceIndexOf(config) ?? 0) ?? null;
}
