import type { Identifier, Plugin, PreflightFinding, PreflightResult, Solver } from '@certfleet/contract';

/** A solver that could be chosen for a name. */
export interface SolverChoice {
  solver: string;
  /** Its type, with what it would prove the name by, or why it can't. */
  about: string;
  /** Whether it can prove the name. */
  isPossible: boolean;
  /** How many domains and policies it is bound to. */
  bindings: number;
}

/** Each solver, as a choice for one name. `plugins`: those of solvers. */
export function choicesFor(
  identifier: Identifier,
  solvers: readonly Pick<Solver, 'name' | 'type' | 'enabled' | 'config' | 'proves'>[],
  plugins: readonly Pick<Plugin, 'type' | 'challengeTypes'>[],
): SolverChoice[] {
  return solvers.map(({ name, type, enabled, config, proves: { domains, policies } }) => {
    const offered = plugins.find(plugin => plugin.type === type)?.challengeTypes ?? [];
    // A solver that offers several says in its configuration which it prefers.
    const types = offered.toSorted((one, other) => Number(other === config.prefer) - Number(one === config.prefer));
    const by = types.find(challengeType => suits(identifier, challengeType));
    const choice = { solver: name, isPossible: enabled && by !== undefined, bindings: domains + policies };
    if (!enabled) return { ...choice, about: `${type}, disabled` };
    return { ...choice, about: by === undefined ? `${type}: ${whyNot(identifier)}` : `${type}, ${by}` };
  });
}

/**
 * What to suggest for a name: the solver that was found where it leads. Before that is known, for one that nothing proves
 * yet: the only solver that can or, of several, the one that proves most of the other names, else that which most domains
 * and policies are bound to. Null: it is proven, or there is nothing to tell one from another by. `inUse`: what proves the
 * others; `isAll`: whether the choices are all that there are, without which none is the only one, or bound to most.
 */
export function suggestionFor(
  answer: Answer | null,
  choices: readonly SolverChoice[],
  inUse: readonly string[],
  isAll = true,
): string | null {
  if (answer === null) return null;
  const possible = choices.filter(({ isPossible }) => isPossible);
  if (possible.some(({ solver }) => solver === answer.nearer)) return answer.nearer;
  if (answer.proof !== null) return null;
  const uses = ({ solver }: SolverChoice) => inUse.filter(used => used === solver).length;
  const [best] = possible.toSorted((one, other) => uses(other) - uses(one) || other.bindings - one.bindings);
  if (best === undefined) return null;
  if (uses(best) > 0) return best.solver;
  return isAll && (possible.length === 1 || best.bindings > 0) ? best.solver : null;
}

type ChallengeType = Plugin['challengeTypes'][number];

/** RFC 8738 §7 for addresses; CA/Browser Forum Baseline Requirements §3.2.2.4.19 and .20 for wildcards. */
function suits({ type, value }: Identifier, challengeType: ChallengeType): boolean {
  if (type === 'ip') return challengeType !== 'dns-01';
  return challengeType === 'dns-01' || !value.startsWith('*.');
}

function whyNot({ type }: Identifier): string {
  return type === 'ip' ? 'not for addresses' : 'not for wildcards';
}

/** What the pre-flight says of one name. */
export interface Answer {
  /** The worst of it. */
  result: PreflightResult;
  /** How it is proven, and why so; null: it is not known, or nothing proves it. */
  proof: string | null;
  /** A solver that is where the name leads, while another one, or none, is to prove it. */
  nearer: string | null;
  /** What is not in order. */
  troubles: Trouble[];
}

/** What is not in order with some names, or, without any, with the order as a whole. */
export interface Trouble {
  names: string[];
  message: string;
  remedy: string | null;
}

/** What is found, with what is known at once in the place of what was known before. */
export function withKnown(
  found: readonly PreflightFinding[],
  known: readonly PreflightFinding[],
): readonly PreflightFinding[] {
  const newer = new Set(known.map(({ check }) => check));
  return [...known, ...found.filter(({ check }) => !newer.has(check))];
}

const severity: readonly PreflightResult[] = ['ok', 'unknown', 'warning', 'refused'];

/** Null: nothing is said of the name. */
export function answerFor(name: string, findings: readonly PreflightFinding[]): Answer | null {
  return answerOf(findings.filter(finding => finding.name === name));
}

/** What is said of the order as a whole, and of names that are none of these. */
export function answerForAll(names: readonly string[], findings: readonly PreflightFinding[]): Answer | null {
  return answerOf(findings.filter(({ name }) => name === null || !names.includes(name)));
}

function answerOf(findings: readonly PreflightFinding[]): Answer | null {
  if (findings.length === 0) return null;
  const result = severity[Math.max(...findings.map(finding => severity.indexOf(finding.result)))] ?? 'unknown';
  const proof = findings.find(finding => finding.check === 'solver' && finding.result === 'ok')?.message ?? null;
  const nearer = findings.find(({ solver }) => solver !== null)?.solver ?? null;
  return { result, proof, nearer, troubles: troublesIn(findings) };
}

/** Each trouble once, the worst first as they come, with the names that have it. */
function troublesIn(findings: readonly PreflightFinding[]): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const { result, name, message, remedy } of findings) {
    if (result === 'ok') continue;
    const key = JSON.stringify([message, remedy]);
    const trouble = troubles.get(key) ?? { names: [], message, remedy };
    // Several checks may say the same of it.
    if (name !== null && !trouble.names.includes(name)) trouble.names.push(name);
    troubles.set(key, trouble);
  }
  return [...troubles.values()];
}
