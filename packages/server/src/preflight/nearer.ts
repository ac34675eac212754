import type { PreflightFinding } from '@certfleet/contract';
import { canonical, DnsError, eachLimited, PluginError, parseConfig, solvers } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import { type Identifier, isWildcard } from '../domain/identifiers.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import { addressesBehind } from './addresses.js';
import { finding } from './findings.js';
import type { Subject } from './subject.js';

/** So many solvers are looked through. */
const most = 1000;
/** Names that are looked up at a time, and for how long all of them. */
const atOnce = 32;
const longest = seconds(30);

/** Says which solver is where a name leads; null: none, or none is known. */
export type Nearer = (addresses: readonly string[]) => Promise<string | null>;

/** Reads what listens on the port that CAs ask when, and if, it is needed for the first time. */
export function readNearer({ store, ports }: Engine): Nearer {
  let places: Promise<Map<string, string[]>> | undefined;
  return async addresses => {
    if (addresses.length === 0) return null;
    places ??= read();
    const wanted = addresses.map(canonical);
    for (const [solver, own] of await places) if (wanted.every(address => own.includes(address))) return solver;
    return null;
  };

  async function read(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const { name, type, enabled, config } of (await store.solvers.list({ limit: most })).items) {
      const plugin = pluginOf(solvers, type);
      if (!enabled || !plugin.answersAt) continue;
      try {
        const { address, port } = await plugin.answersAt(parseConfig(plugin, config), ports);
        if (port === ports.httpPorts.http) found.set(name, addressesBehind(address));
      } catch (error) {
        // One that is configured wrongly is nowhere.
        if (!(error instanceof PluginError)) throw error;
      }
    }
    return found;
  }
}

/** For names that nothing is configured to prove: the solver that is where they lead. */
export async function checkUnproven(engine: Engine, { identifiers, proofs }: Subject): Promise<PreflightFinding[]> {
  const nearer = readNearer(engine);
  const signal = AbortSignal.timeout(longest);
  const unproven = identifiers.filter(
    identifier => !isWildcard(identifier) && proofs.get(identifier.value) instanceof DomainError,
  );
  const found = new Map<string, PreflightFinding>();
  await eachLimited(unproven, atOnce, async identifier => {
    const addresses = await addressesOf(engine, identifier, signal);
    const solver = await nearer(addresses);
    if (solver === null) return;
    const message = `Leads to ${addresses.join(', ')}, where ${solver} is.`;
    found.set(
      identifier.value,
      finding('addresses', identifier.value, 'ok', message, `Let ${solver} prove it.`, solver),
    );
  });
  return unproven.flatMap(({ value }) => found.get(value) ?? []);
}

/** None where they can't be looked up: there are checks that say so. */
async function addressesOf({ ports }: Engine, { type, value }: Identifier, signal: AbortSignal): Promise<string[]> {
  if (type === 'ip') return [value];
  try {
    return [...(await ports.dns.addresses(value, { signal }))];
  } catch (error) {
    if (error instanceof DnsError || signal.aborted) return [];
    throw error;
  }
}
