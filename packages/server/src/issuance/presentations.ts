import { type Presentation, parseConfig, solvers } from '@certfleet/plugins';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { Lease } from '../store/jobs.js';
import type { SolverRecord } from '../store/solvers.js';

/** Presents what is intended, solver by solver, all solvers at once, and writes down each that is done. */
export async function present(engine: Engine, lease: Lease, challenges: readonly ChallengeRecord[]): Promise<void> {
  await bySolver(engine, challenges, async (solver, config, presentations, ids) => {
    await pluginOf(solvers, solver.type).present(config, presentations, engine.ports);
    await engine.store.fenced(lease, tx => tx.challenges.setState(ids, 'presented'));
  });
}

/** Takes away whatever may be presented. Needs name and value alone, so it works after any crash. */
export async function cleanUp(engine: Engine, lease: Lease, challenges: readonly ChallengeRecord[]): Promise<void> {
  await bySolver(engine, challenges, async (solver, config, presentations, ids) => {
    await pluginOf(solvers, solver.type).cleanUp(config, presentations, engine.ports);
    await engine.store.fenced(lease, tx => tx.challenges.setState(ids, 'cleaned'));
  });
}

type Work = (
  solver: SolverRecord,
  config: Record<string, unknown>,
  presentations: Presentation[],
  challengeIds: string[],
) => Promise<void>;

/** One solver's failure doesn't keep the others from their work; afterwards the first one is thrown. */
async function bySolver(engine: Engine, challenges: readonly ChallengeRecord[], work: Work): Promise<void> {
  const groups = new Map<string, ChallengeRecord[]>();
  for (const challenge of challenges) {
    groups.set(challenge.solverId, [...(groups.get(challenge.solverId) ?? []), challenge]);
  }
  const results = await Promise.allSettled(
    [...groups].map(async ([solverId, group]) => {
      const solver = await engine.store.solvers.get(solverId);
      const config = parseConfig(pluginOf(solvers, solver.type), {
        ...solver.config,
        ...(await engine.store.solvers.secrets(solverId)),
      });
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
