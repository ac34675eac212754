import { DnsClient, type HookPort, PluginError, type ProviderIo } from '@certfleet/plugins';

const noHook = async () => {
  throw new PluginError('config', 'No programs may be run here.');
};

const noHooks: HookPort = { find: noHook, run: noHook, findAcmeSh: noHook, runAcmeSh: noHook };

/** What a provider works with, in a test: nobody to ask for names, and no programs. */
export function providerIo(given: Partial<ProviderIo> = {}): ProviderIo {
  return {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    ttl: 60,
    dns: new DnsClient({ resolvers: [] }),
    hooks: noHooks,
    secrets: [],
    ...given,
  };
}
