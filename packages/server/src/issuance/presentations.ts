import { type Presentation, parseConfig, solvers } from '@certfleet/plugins';
import { days, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { Store } from '../store/index.js';
import { type Lease, LeaseLost } from '../store/jobs.js';
import type { SolverRecord } from '../store/solvers.js';

/** Presents what is intended, solver by solver, all solvers at once, and writes down each that is done. */
export async function present(engine: Engine, lease: Lease, challenges: readonly ChallengeRecord[]): Promise<void> {
  await bySolver(engine, challenges, async (solver, config, presentations, ids) => {
    await pluginOf(solvers, solver.type).present(config, presentations, engine.ports);
    await engine.store.fenced(lease, tx => tx.challenges.setState(ids, 'presented'));
  });
}

/**
 * Takes away whatever may be presented, and returns whether nothing is left. Needs name and value alone, so it works
 * after any crash. What a solver can't take away now is in the certificate's events and stays in the store, to be tried
 * again: it holds up neither the order nor the next one.
 */
export async function cleanUp(
  engine: Engine,
  lease: Lease,
  certificate: Pick<CertificateRecord, 'name'>,
  challenges: readonly ChallengeRecord[],
): Promise<boolean> {
  try {
    await bySolver(engine, challenges, async (solver, config, presentations, ids) => {
      await pluginOf(solvers, solver.type).cleanUp(config, presentations, engine.ports);
      await engine.store.fenced(lease, tx => tx.challenges.setState(ids, 'cleaned'));
    });
    return true;
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    await engine.store.fenced(lease, tx => tellOfLeftOver(tx, certificate, error, engine.clock.now()));
    return false;
  }
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
