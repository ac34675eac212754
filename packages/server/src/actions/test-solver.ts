import type { SolverFindings } from '@certfleet/contract';
import { parseConfig, solvers } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import { parseIdentifier } from '../domain/identifiers.js';
import { describeDuration, minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import { fromPlugin } from './from-plugin.js';

/** Someone waits for the answer. */
const longestTrial = minutes(2);

/**
 * Tries whether a solver works, enabled or not, and where it would put the challenge of a name. Nothing is changed. Throws
 * DomainError `not-found`, `invalid-identifier`, `not-possible` or `plugin-failed`.
 */
export async function testSolver(
  { store, ports }: Engine,
  name: string,
  identifier: string | null,
): Promise<SolverFindings> {
  const { id } = await store.solvers.byName(name);
  const { type, config } = await store.solvers.withSecrets(id);
  const plugin = pluginOf(solvers, type);
  const settings = parseConfig(plugin, config);
  const value = identifier === null ? null : parseIdentifier(identifier).value;
  const signal = AbortSignal.timeout(longestTrial);
  return fromPlugin(async () => {
    if (!plugin.test) {
      await plugin.check(settings, ports);
      return { zones: null, record: null };
    }
    try {
      const { zones, record } = await plugin.test(settings, value, ports, signal);
      return { zones: zones && [...zones], record: record && { ...record, nameServers: [...record.nameServers] } };
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new DomainError(
        'plugin-failed',
        `${plugin.title} gave no answer within ${describeDuration(longestTrial)}.`,
      );
    }
  });
}
