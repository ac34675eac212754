import type { SolverFindings } from '@certfleet/contract';
import { parseConfig, type SolverAddress, solvers } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import { type Identifier, isWildcard, parseIdentifier } from '../domain/identifiers.js';
import { describeDuration, minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import { lookAtAll } from '../preflight/http.js';
import { readNearer } from '../preflight/nearer.js';
import type { Prover } from '../preflight/provers.js';
import { lookAtItself, withTrial } from '../preflight/trial.js';
import { fromPlugin } from './from-plugin.js';

/** Someone waits for the answer. */
const longestTest = minutes(2);

/**
 * Tries whether a solver works, enabled or not, and what that means for a name: one that answers by itself has to answer a
 * trial challenge, which is taken away again; of the others nothing is changed. Throws
 * DomainError `not-found`, `invalid-identifier`, `not-possible` or `plugin-failed`.
 */
export async function testSolver(engine: Engine, name: string, identifier: string | null): Promise<SolverFindings> {
  const { store, ports } = engine;
  const { id } = await store.solvers.byName(name);
  const { type, config } = await store.solvers.withSecrets(id);
  const plugin = pluginOf(solvers, type);
  const settings = parseConfig(plugin, config);
  const asked = identifier === null ? null : parseIdentifier(identifier);
  const signal = AbortSignal.timeout(longestTest);
  return fromPlugin(async () => {
    const unknown: SolverFindings = { zones: null, record: null, answers: null, byPerson: false };
    if (plugin.answersAt) {
      const place = await plugin.answersAt(settings, ports);
      return { ...unknown, answers: await tryOverHttp(engine, { solver: name, plugin, settings }, place, asked) };
    }
    if (!plugin.test) {
      await plugin.check(settings, ports);
      return { ...unknown, byPerson: plugin.inspect !== undefined };
    }
    try {
      const { zones, record } = await plugin.test(settings, asked?.value ?? null, ports, signal);
      return {
        ...unknown,
        zones: zones && [...zones],
        record: record && { ...record, nameServers: [...record.nameServers] },
      };
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new DomainError('plugin-failed', `${plugin.title} gave no answer within ${describeDuration(longestTest)}.`);
    }
  });
}

/** First where it listens: whether a name leads there is another question. */
async function tryOverHttp(
  engine: Engine,
  { solver, ...prover }: Pick<Prover, 'solver' | 'plugin' | 'settings'>,
  place: SolverAddress,
  asked: Identifier | null,
): Promise<NonNullable<SolverFindings['answers']>> {
  if (asked && isWildcard(asked)) {
    throw new DomainError('not-possible', `${asked.value} is a wildcard, which http-01 cannot prove: use dns-01.`);
  }
  return withTrial(engine.ports, prover, place, asked?.value ?? '', async trial => {
    const itself = await lookAtItself(engine.ports, solver, trial);
    const nearer = readNearer(engine);
    return [itself, ...(asked ? await lookAtAll(engine, [asked], { solver, trial, nearer }) : [])];
  });
}
