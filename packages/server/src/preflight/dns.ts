import type { PreflightFinding } from '@certfleet/contract';
import { PluginError, type Presentation, parseConfig, type SolverPlugin, solvers } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import { baseName, type Identifier } from '../domain/identifiers.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { SolverRecord } from '../store/solvers.js';
import { failedBy, finding } from './findings.js';
import type { Subject } from './subject.js';

/** For all names of one solver. */
const longest = seconds(45);

/** Whether the DNS accounts that are to prove names work, and have the zones of these names. Nothing is written. */
export async function checkDns(engine: Engine, { identifiers, proofs }: Subject): Promise<PreflightFinding[]> {
  const bySolver = new Map<SolverRecord, Identifier[]>();
  for (const identifier of identifiers) {
    const proof = proofs.get(identifier.value);
    if (proof === undefined || proof instanceof DomainError || proof.challengeType !== 'dns-01') continue;
    bySolver.set(proof.solver, [...(bySolver.get(proof.solver) ?? []), identifier]);
  }
  return (await Promise.all([...bySolver].map(([solver, names]) => checkSolver(engine, solver, names)))).flat();
}

async function checkSolver(
  engine: Engine,
  { id, name: solver, type }: SolverRecord,
  names: readonly Identifier[],
): Promise<PreflightFinding[]> {
  const { ports, store } = engine;
  const plugin = pluginOf(solvers, type);
  const settings = parseConfig(plugin, (await store.solvers.withSecrets(id)).config);
  const signal = AbortSignal.timeout(longest);
  const aboutAll = (error: unknown) => {
    if (signal.aborted)
      return names.map(({ value }) => finding('dns-01', value, 'unknown', `${solver} gave no answer in time.`));
    const { result, message } = failedBy(error);
    return names.map(({ value }) => finding('dns-01', value, result, message));
  };
  try {
    await plugin.test?.(settings, null, ports, signal);
    return await locate(names);
  } catch (error) {
    return aboutAll(error);
  }

  /** All at once; if the account lacks a zone, in halves, until it is known for which names. */
  async function locate(some: readonly Identifier[]): Promise<PreflightFinding[]> {
    try {
      await plugin.locate?.(settings, some.map(challengeOf), ports, signal);
      return some.map(({ value }) => finding('dns-01', value, 'ok', found(plugin, solver)));
    } catch (error) {
      const lacks = error instanceof PluginError && error.reason === 'config';
      if (!lacks) throw error;
      if (some.length === 1) return some.map(({ value }) => finding('dns-01', value, 'refused', error.message));
      const middle = Math.ceil(some.length / 2);
      return [...(await locate(some.slice(0, middle))), ...(await locate(some.slice(middle)))];
    }
  }
}

function found({ locate }: SolverPlugin, solver: string): string {
  return locate ? `${solver} has the zone.` : `${solver} has no account that could be asked for the zone.`;
}

/** As an order would have it, without what only a CA gives. */
function challengeOf(identifier: Identifier): Presentation {
  return { type: 'dns-01', identifier: baseName(identifier), token: 'preflight', value: 'preflight', place: null };
}
