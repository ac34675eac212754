import { type Presentation, parseConfig, solvers } from '@certfleet/plugins';
import { days, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { Store } from '../store/index.js';
import type { PluginWithSecrets } from '../store/plugin-rows.js';

/** Presents challenges, all solvers at once. They are in the store already, so whatever comes of it can be taken away. */
export async function present(engine: Engine, challenges: readonly ChallengeRecord[]): Promise<void> {
  await bySolver(engine, challenges, (solver, config, presentations) =>
    pluginOf(solvers, solver.type).present(config, presentations, engine.ports),
  );
}

/** What came of taking challenges away: the ids of those that are gone, and why others may not be. */
export interface TakenAway {
  ids: number[];
  failure: unknown;
}

/** Takes away whatever may be presented. Needs name and value alone, so it works after any crash. */
export async function takeAway(engine: Engine, challenges: readonly ChallengeRecord[]): Promise<TakenAway> {
  const ids: number[] = [];
  try {
    await bySolver(engine, challenges, async (solver, config, presentations, own) => {
      await pluginOf(solvers, solver.type).cleanUp(config, presentations, engine.ports);
      ids.push(...own);
    });
    return { ids, failure: null };
  } catch (failure) {
    return { ids, failure };
  }
}

/**
 * Writes down what was taken away. What a solver couldn't take away is in the certificate's events and stays in the
 * store, to be tried again: it holds up neither the order nor the next one.
 */
export async function recordTakenAway(
  tx: Store,
  certificate: Pick<CertificateRecord, 'name'>,
  { ids, failure }: TakenAway,
  now: Instant,
): Promise<void> {
  await tx.challenges.setState(ids, 'cleaned');
  if (failure !== null) await tellOfLeftOver(tx, certificate, failure, now);
}

/** Once, and then daily: it is tried much more often. */
async function tellOfLeftOver(
  tx: Store,
  { name }: Pick<CertificateRecord, 'name'>,
  error: unknown,
  now: Instant,
): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `Challenges of ${name} may still be presented; taking them away is tried again. ${reason}`;
  const about = { action: 'certificate.clean-up-failed', subject: `certificate:${name}` };
  const told = await tx.events.list({ ...about, since: now - days(1), limit: 100 });
  if (told.items.some(event => event.message === message)) return;
  await tx.events.append({ ...about, actor: 'system', outcome: 'failed', message });
}

type Work = (
  solver: PluginWithSecrets,
  config: Record<string, unknown>,
  presentations: Presentation[],
  challengeIds: number[],
) => Promise<void>;

/** One solver's failure doesn't keep the others from their work; afterwards the first one is thrown. */
async function bySolver(engine: Engine, challenges: readonly ChallengeRecord[], work: Work): Promise<void> {
  const groups = new Map<string, ChallengeRecord[]>();
  for (const challenge of challenges) {
    groups.set(challenge.solverId, [...(groups.get(challenge.solverId) ?? []), challenge]);
  }
  const results = await Promise.allSettled(
    [...groups].map(async ([solverId, group]) => {
      const solver = await engine.store.solvers.withSecrets(solverId);
      const config = parseConfig(pluginOf(solvers, solver.type), solver.config);
      await work(
        solver,
        config,
        group.map(({ type, identifier, token, value }) => ({ type, identifier, token, value })),
        group.map(({ id }) => id),
      );
    }),
  );
  const failed = results.find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
}
