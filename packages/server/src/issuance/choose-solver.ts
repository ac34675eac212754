import { solvers } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import type { Identifier } from '../domain/identifiers.js';
import { chooseProof, type Proof, type SolverFacts } from '../domain/proof.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { AcmeCertificate } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import { serviceIndexOf } from '../store/plugin-rows.js';
import type { PolicyRecord } from '../store/policies.js';
import type { SolverRecord } from '../store/solvers.js';

/** How a name is going to be proven, with the solver's record. */
export interface ChosenSolver extends Proof {
  solver: SolverRecord;
}

/** What chooses among solvers: a certificate, stored or about to be. */
export type Provable = Pick<AcmeCertificate, 'identifiers' | 'policyId'>;

/**
 * The solver of each of a certificate's names, by the one rule of domain/proof.ts. Throws DomainError `unprovable` for
 * the first name that nothing can prove.
 */
export async function chooseSolvers(
  engine: Engine,
  certificate: Provable,
  knownPolicy?: PolicyRecord,
): Promise<Map<string, ChosenSolver>> {
  const chosen = new Map<string, ChosenSolver>();
  for (const [name, solver] of await findSolvers(engine, certificate, knownPolicy)) {
    if (solver instanceof DomainError) throw solver;
    chosen.set(name, solver);
  }
  return chosen;
}

/** As {@link chooseSolvers}, with what is wrong beside each name that nothing can prove. */
export async function findSolvers(
  { store }: { store: Store },
  certificate: Provable,
  knownPolicy?: PolicyRecord,
): Promise<Map<string, ChosenSolver | DomainError>> {
  const policy = knownPolicy ?? (await store.policies.get(certificate.policyId));
  const bindings = await store.domains.byPatterns(certificate.identifiers.flatMap(patternsOf));
  const domains = bindings.map(({ pattern, solverId }) => ({ pattern, solver: solverId }));
  const known = new Map<string, SolverRecord>();
  const mentioned = [
    ...domains.map(({ solver }) => solver),
    ...certificate.identifiers.flatMap(({ solverId }) => solverId ?? []),
    ...(policy.defaultSolverId === null ? [] : [policy.defaultSolverId]),
  ];
  for (const id of new Set(mentioned)) known.set(id, await store.solvers.get(id));
  const disabled = await store.virtualServices.disabled(
    [...known.values()].flatMap(({ config }) => serviceIndexOf(config) ?? []),
  );

  const found = new Map<string, ChosenSolver | DomainError>();
  for (const identifier of certificate.identifiers) {
    const rules = { own: identifier.solverId, domains, policyDefault: policy.defaultSolverId };
    try {
      const proof = chooseProof(identifier, rules, id => factsOf(disabled, known.get(id)));
      const solver = known.get(proof.choice.solver);
      if (solver) found.set(identifier.value, { ...proof, solver });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'unprovable') throw error;
      found.set(identifier.value, error);
    }
  }
  return found;
}

/** What decides whether a solver can prove a name; `disabledServices` are indexes of virtual services. */
export function factsOf(
  disabledServices: ReadonlySet<number>,
  { name = '', type = '', enabled = false, config = {} }: Partial<SolverRecord> = {},
): SolverFacts {
  const { typesOf, challengeTypes } = pluginOf(solvers, type);
  const service = serviceIndexOf(config);
  const disabledService = service !== null && disabledServices.has(service) ? service : null;
  return { name, enabled, disabledService, challengeTypes: typesOf?.(config) ?? challengeTypes };
}

/** Everything that a binding for this name can look like: the name itself, and each of its suffixes with a leading dot. */
export function patternsOf({ type, value }: Identifier): string[] {
  if (type === 'ip') return [value];
  const labels = value.replace(/^\*\./, '').split('.');
  return [value, ...labels.map((_, index) => `.${labels.slice(index).join('.')}`)];
}
