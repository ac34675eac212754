import type { ChallengeType } from '@certfleet/plugins';
import { DomainError, unreachable } from './errors.js';
import { baseName, type Identifier, isWildcard } from './identifiers.js';

/** A domain bound to a solver: a name exactly, or, with a leading dot, a name and everything below it. */
export interface DomainBinding {
  pattern: string;
  solver: string;
}

/** All that may say which solver proves a name. Solvers are named by whatever the caller identifies them with. */
export interface ProofRules {
  /** Set on the certificate for this very name. */
  own: string | null;
  domains: readonly DomainBinding[];
  policyDefault: string | null;
}

/** The solver that proves a name, and which rule chose it. */
export type SolverChoice =
  | { solver: string; reason: 'certificate' | 'policy' }
  | { solver: string; reason: 'domain' | 'suffix'; pattern: string };

/**
 * Which solver proves a name: the one set on the certificate, else that of the exact domain, else that of the longest
 * suffix, else the policy's default; null if there is none.
 *
 * The first rule that says something decides, also when its solver can't prove the name: skipping it would prove a name
 * in a way that nobody asked for. {@link chooseProof} then says so.
 */
export function chooseSolver(identifier: Identifier, rules: ProofRules): SolverChoice | null {
  if (rules.own !== null) return { solver: rules.own, reason: 'certificate' };
  const exact = rules.domains.find(({ pattern }) => pattern === identifier.value);
  if (exact) return { ...exact, reason: 'domain' };
  const [suffix] = rules.domains
    .filter(({ pattern }) => identifier.type === 'dns' && isBelow(baseName(identifier), pattern))
    .toSorted((one, other) => other.pattern.length - one.pattern.length);
  if (suffix) return { ...suffix, reason: 'suffix' };
  return rules.policyDefault === null ? null : { solver: rules.policyDefault, reason: 'policy' };
}

function isBelow(name: string, pattern: string): boolean {
  return pattern.startsWith('.') && `.${name}`.endsWith(pattern);
}

/** Why a challenge of this type can't prove this identifier, as the end of a sentence about it; null if it can. */
export function challengeFault(identifier: Identifier, type: ChallengeType): string | null {
  if (identifier.type === 'ip' && type === 'dns-01') {
    // RFC 8738 §7: 'The existing "dns-01" challenge MUST NOT be used to validate IP identifiers.'
    return 'is an IP address, which dns-01 cannot prove: use http-01 or tls-alpn-01';
  }
  if (isWildcard(identifier) && type !== 'dns-01') {
    // CA/Browser Forum Baseline Requirements §3.2.2.4.19 and .20: not suitable for wildcard names.
    return `is a wildcard, which ${type} cannot prove: use dns-01`;
  }
  return null;
}

/** How a name is going to be proven. */
export interface Proof {
  choice: SolverChoice;
  challengeType: ChallengeType;
}

/** What decides whether a solver can prove a name. */
export interface SolverFacts {
  name: string;
  enabled: boolean;
  /** The index of the virtual service by which it answers, where that one is disabled. */
  disabledService: number | null;
  /** What it presents, in its order of preference. */
  challengeTypes: readonly ChallengeType[];
}

/**
 * The solver and the type of challenge for a name. `factsOf` tells about a solver by its id. Throws DomainError
 * `unprovable` if no rule names a solver, or if the one that it names is disabled, with its virtual service or by itself, or
 * can't prove it.
 */
export function chooseProof(
  identifier: Identifier,
  rules: ProofRules,
  factsOf: (solver: string) => SolverFacts,
): Proof {
  const name = identifier.value;
  const choice = chooseSolver(identifier, rules);
  if (choice === null) {
    throw new DomainError(
      'unprovable',
      `Nothing is configured to prove ${name}: name a solver for it, bind one to its domain or a suffix, or give the policy a default solver.`,
    );
  }
  const { name: solver, enabled, disabledService, challengeTypes: types } = factsOf(choice.solver);
  if (!enabled) {
    throw new DomainError(
      'unprovable',
      `The solver ${solver}, which proves ${name}, is disabled. It was chosen because ${explainChoice(choice)}. Enable it, or choose another one.`,
    );
  }
  if (disabledService !== null) {
    throw new DomainError(
      'unprovable',
      `Virtual service ${disabledService} is disabled, so its solver ${solver} can't prove ${name}. It was chosen because ${explainChoice(choice)}. Enable the virtual service, or choose another solver.`,
    );
  }
  const challengeType = types.find(type => challengeFault(identifier, type) === null);
  if (challengeType) return { choice, challengeType };
  const [type] = types;
  const fault = type === undefined ? 'has a solver without any type of challenge' : challengeFault(identifier, type);
  throw new DomainError('unprovable', `${name} ${fault}. Its solver was chosen because ${explainChoice(choice)}.`);
}

/** Why this solver: the end of a sentence after "because". */
export function explainChoice(choice: SolverChoice): string {
  switch (choice.reason) {
    case 'certificate':
      return 'the certificate names it for this identifier';
    case 'domain':
      return `it is bound to the domain ${choice.pattern}`;
    case 'suffix':
      return `it is bound to ${choice.pattern}, the longest suffix that fits`;
    case 'policy':
      return "it is the policy's default";
    default:
      return unreachable(choice);
  }
}
