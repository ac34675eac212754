import type { PreflightFinding } from '@certfleet/contract';
import { PluginError, type Presentation, type SolverPlugin } from '@certfleet/plugins';
import { baseName, type Identifier } from '../domain/identifiers.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { failedBy, finding } from './findings.js';
import { eachProver, type Prover } from './provers.js';
import type { Subject } from './subject.js';

/** For all names of one solver. */
const longest = seconds(45);

/** Whether the DNS accounts that are to prove names work, and have the zones of these names. Nothing is written. */
export function checkDns(engine: Engine, subject: Subject): Promise<PreflightFinding[]> {
  return eachProver(engine, subject, 'dns-01', prover => checkProver(engine, prover));
}

async function checkProver(
  { ports }: Engine,
  { solver, plugin, settings, names }: Prover,
): Promise<PreflightFinding[]> {
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
