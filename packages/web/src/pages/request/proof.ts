import type { Identifier, Plugin, PreflightFinding, PreflightResult, Solver } from '@certfleet/contract';

/** A solver that could be chosen for a name. */
export interface SolverChoice {
  solver: string;
  /** With its type, and with what it would prove the name by. */
  label: string;
  /** Whether it can prove the name. */
  isPossible: boolean;
}

/** Each solver, as a choice for one name. `plugins`: those of solvers. */
export function choicesFor(
  identifier: Identifier,
  solvers: readonly Pick<Solver, 'name' | 'type' | 'enabled' | 'config'>[],
  plugins: readonly Pick<Plugin, 'type' | 'challengeTypes'>[],
): SolverChoice[] {
  return solvers.map(({ name, type, enabled, config }) => {
    const offered = plugins.find(plugin => plugin.type === type)?.challengeTypes ?? [];
    // A solver that offers several says in its configuration which it prefers.
    const types = offered.toSorted((one, other) => Number(other === config.prefer) - Number(one === config.prefer));
    const by = types.find(challengeType => proves(identifier, challengeType));
    if (!enabled) return { solver: name, label: `${name} (${type}), disabled`, isPossible: false };
    if (by === undefined) return { solver: name, label: `${name} (${type}): ${whyNot(identifier)}`, isPossible: false };
    return { solver: name, label: `${name} (${type}), ${by}`, isPossible: true };
  });
}

/**
 * What to suggest for a name that nothing proves yet: the only solver that can or, of several, the one that proves most of
 * the other names. Null: it is proven, or there is nothing to tell one from another by. `inUse`: what proves the others.
 */
export function suggestionFor(
  answer: Answer | null,
  choices: readonly SolverChoice[],
  inUse: readonly string[],
): string | null {
  if (answer === null || answer.proof !== null) return null;
  const possible = choices.filter(({ isPossible }) => isPossible).map(({ solver }) => solver);
  const [only, ...others] = possible;
  if (only !== undefined && others.length === 0) return only;
  const uses = (solver: string) => inUse.filter(used => used === solver).length;
  const [most] = possible.filter(solver => uses(solver) > 0).toSorted((one, other) => uses(other) - uses(one));
  return most ?? null;
}

type ChallengeType = Plugin['challengeTypes'][number];

/** RFC 8738 §7 for addresses; CA/Browser Forum Baseline Requirements §3.2.2.4.19 and .20 for wildcards. */
function proves({ type, value }: Identifier, challengeType: ChallengeType): boolean {
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
  /** What is not in order. */
  troubles: Trouble[];
}

/** What is not in order with some names, or, without any, with the order as a whole. */
export interface Trouble {
  names: string[];
  message: string;
  remedy: string | null;
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
  return { result, proof, troubles: troublesIn(findings) };
}

/** Each trouble once, the worst first as they come, with the names that have it. */
function troublesIn(findings: readonly PreflightFinding[]): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const { result, name, message, remedy } of findings) {
    if (result === 'ok') continue;
    const key = JSON.stringify([message, remedy]);
    const trouble = troubles.get(key) ?? { names: [], message, remedy };
    if (name !== null) trouble.names.push(name);
    troubles.set(key, trouble);
  }
  return [...troubles.values()];
}
