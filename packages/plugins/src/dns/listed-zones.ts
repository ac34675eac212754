import type { ProviderIo } from './provider.js';

/**
 * `findZone` and `test` of a provider that can list the zones of an account. `list` is asked once for all names that
 * are looked up together.
 */
export function listedZones<Config>(list: (settings: Config, io: ProviderIo) => Promise<readonly string[]>) {
  const listed = new WeakMap<ProviderIo, Promise<readonly string[]>>();

  async function zones(settings: Config, io: ProviderIo): Promise<readonly string[]> {
    const found = listed.get(io) ?? list(settings, io);
    listed.set(io, found);
    return found;
  }

  return {
    test: zones,
    async findZone(settings: Config, candidates: readonly string[], io: ProviderIo): Promise<string | null> {
      const known = new Set(await zones(settings, io));
      return candidates.find(name => known.has(name)) ?? null;
    },
  };
}
