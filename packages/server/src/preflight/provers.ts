import type { PreflightFinding } from '@certfleet/contract';
import { parseConfig, type SolverPlugin, solvers } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import type { Identifier } from '../domain/identifiers.js';
import type { Proof } from '../domain/proof.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { SolverRecord } from '../store/solvers.js';
import type { Subject } from './subject.js';

/** A solver with its configuration and the names that it is to prove. */
export interface Prover {
  solver: string;
  plugin: SolverPlugin;
  settings: ReturnType<typeof parseConfig>;
  names: readonly Identifier[];
}

/** Checks each solver that is to prove names by this type of challenge, all at once. */
export async function eachProver(
  { store }: Engine,
  { identifiers, proofs }: Subject,
  type: Proof['challengeType'],
  check: (prover: Prover) => Promise<PreflightFinding[]>,
): Promise<PreflightFinding[]> {
  const bySolver = new Map<SolverRecord, Identifier[]>();
  for (const identifier of identifiers) {
    const proof = proofs.get(identifier.value);
    if (proof === undefined || proof instanceof DomainError || proof.challengeType !== type) continue;
    bySolver.set(proof.solver, [...(bySolver.get(proof.solver) ?? []), identifier]);
  }
  const checks = [...bySolver].map(async ([{ id, name, type }, names]) => {
    const plugin = pluginOf(solvers, type);
    const settings = parseConfig(plugin, (await store.solvers.withSecrets(id)).config);
    return check({ solver: name, plugin, settings, names });
  });
  return (await Promise.all(checks)).flat();
}
