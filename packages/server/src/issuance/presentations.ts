import {
  type Finding,
  type Look,
  type Presentation,
  parseConfig,
  type SolverPlugin,
  solvers,
} from '@certfleet/plugins';
import { days, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { ChallengeRecord } from '../store/challenges.js';
import type { Store } from '../store/index.js';
import { tellRemovable } from './by-person.js';

/** Solvers that were read from the store already, by their ids. */
export type Configured = Map<string, { plugin: SolverPlugin; config: Record<string, unknown> }>;

/** Finds out where challenges belong, by their ids, so that it can be stored before they are put there. */
export async function locate(
  engine: Engine,
  challenges: readonly ChallengeRecord[],
  configured: Configured,
  signal: AbortSignal,
): Promise<Map<number, string>> {
  const places = new Map<number, string>();
  const without = challenges.filter(({ place }) => place === null);
  await bySolver(engine, without, configured, async ({ plugin, config, presentations, ids }) => {
    const found = (await plugin.locate?.(config, presentations, engine.ports, signal)) ?? [];
    for (const [index, place] of found.entries()) places.set(ids[index] as number, place);
  });
  return places;
}

/**
 * Presents challenges, all solvers at once, but for those that are presented already and outlive a process. They are in
 * the store, so whatever comes of it can be taken away. Returns the ids of those that outlive this process.
 */
export async function present(
  engine: Engine,
  challenges: readonly ChallengeRecord[],
  configured: Configured,
  signal: AbortSignal,
): Promise<Set<number>> {
  const lasting = new Set<number>();
  const due = challenges.filter(({ presentedAt }) => presentedAt === null);
  await bySolver(engine, due, configured, async ({ plugin, config, presentations, ids }) => {
    await plugin.present(config, presentations, engine.ports, signal);
    if (plugin.outlivesProcess) for (const id of ids) lasting.add(id);
  });
  return lasting;
}

/**
 * Whether CAs can see all challenges; of several solvers, what the first one misses, or how long all take to settle. Only what outlives this process can
 * be late, and it is looked for as the solver is configured by now.
 */
export async function look(engine: Engine, challenges: readonly ChallengeRecord[], signal: AbortSignal): Promise<Look> {
  const missing: Look[] = [];
  let settle = 0;
  const lasting = challenges.filter(({ presentedAt }) => presentedAt !== null);
  await bySolver(engine, lasting, new Map(), async ({ plugin, config, presentations }) => {
    const seen = await plugin.look?.(config, presentations, engine.ports, signal);
    if (seen && !seen.seen) missing.push(seen);
    if (seen?.seen) settle = Math.max(settle, seen.settle ?? 0);
  });
  return missing[0] ?? { seen: true, settle };
}

/** Looks for what people were to present, as CAs do: what was found of each, by their ids. */
export async function inspect(
  engine: Engine,
  challenges: readonly ChallengeRecord[],
  signal: AbortSignal,
): Promise<Map<number, Finding>> {
  const findings = new Map<number, Finding>();
  await bySolver(engine, challenges, new Map(), async ({ plugin, config, presentations, ids }) => {
    const found = (await plugin.inspect?.(config, presentations, engine.ports, signal)) ?? [];
    for (const [index, finding] of found.entries()) findings.set(ids[index] as number, finding);
  });
  return findings;
}

/** What came of taking challenges away: the ids of those that are gone, and why others may not be. */
export interface TakenAway {
  ids: number[];
  failure: unknown;
  /** Of those: what people have presented, which they can remove now. */
  byPerson: ChallengeRecord[];
}

/** Takes away whatever may be presented. Needs what is stored alone, so it works after any crash. */
export async function takeAway(
  engine: Engine,
  challenges: readonly ChallengeRecord[],
  signal: AbortSignal,
): Promise<TakenAway> {
  const ids: number[] = [];
  try {
    await bySolver(engine, challenges, new Map(), async ({ plugin, config, presentations, ids: own }) => {
      // Without a place it was never put anywhere: the place is stored before. Wrong credentials need not be tried again.
      const put = plugin.locate ? presentations.filter(({ place }) => place !== null) : presentations;
      if (put.length > 0) await plugin.cleanUp(config, put, engine.ports, signal);
      ids.push(...own);
    });
    return { ids, failure: null, byPerson: ofPersons() };
  } catch (failure) {
    return { ids, failure, byPerson: ofPersons() };
  }

  function ofPersons(): ChallengeRecord[] {
    return challenges.filter(({ id, byPerson }) => byPerson && ids.includes(id));
  }
}

/**
 * Writes down what was taken away. What a solver couldn't take away is in the certificate's events and stays in the
 * store, to be tried again: it holds up neither the order nor the next one.
 */
export async function recordTakenAway(
  tx: Store,
  certificate: Pick<CertificateRecord, 'name'>,
  { ids, failure, byPerson }: TakenAway,
  now: Instant,
): Promise<void> {
  await tx.challenges.setState(ids, 'cleaned');
  await tellRemovable(tx, certificate, byPerson);
  if (failure !== null) await tellOfLeftOver(tx, certificate, failure, now);
}

/**
 * Gives up what could not be taken away for a week: its order is over, so that it proves nothing any more, and what it
 * takes to remove it may have been taken from us. People are told what it is.
 */
export async function giveUpOld(
  tx: Store,
  { name }: Pick<CertificateRecord, 'name'>,
  challenges: readonly ChallengeRecord[],
  { ids, failure }: TakenAway,
  now: Instant,
): Promise<void> {
  const old = challenges.filter(({ id, createdAt }) => !ids.includes(id) && createdAt + days(7) <= now);
  if (old.length === 0) return;
  await tx.challenges.setState(
    old.map(({ id }) => id),
    'cleaned',
  );
  const values = old.map(({ type, identifier, value }) => `${identifier} (${type}): ${value}`).join('; ');
  const reason = failure instanceof Error ? failure.message : String(failure);
  const message = `Challenges of ${name} could not be taken away for a week and are given up. They prove nothing any more; remove what is left of them: ${values}. ${reason}`;
  const about = { action: 'certificate.clean-up-given-up', subject: `certificate:${name}` };
  await tx.events.append({ ...about, actor: 'system', outcome: 'failed', message });
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

/** One solver's part of some challenges. */
interface Share {
  plugin: SolverPlugin;
  config: Record<string, unknown>;
  presentations: Presentation[];
  /** The challenges' ids, in the same order. */
  ids: number[];
}

/** One solver's failure doesn't keep the others from their work; afterwards the first one is thrown. */
async function bySolver(
  engine: Engine,
  challenges: readonly ChallengeRecord[],
  configured: Configured,
  work: (share: Share) => Promise<void>,
): Promise<void> {
  const groups = new Map<string, ChallengeRecord[]>();
  for (const challenge of challenges) {
    groups.set(challenge.solverId, [...(groups.get(challenge.solverId) ?? []), challenge]);
  }
  const results = await Promise.allSettled(
    [...groups].map(async ([solverId, group]) => {
      const solver = configured.get(solverId) ?? (await configuredSolver(engine, solverId));
      configured.set(solverId, solver);
      await work({
        ...solver,
        presentations: group.map(({ type, identifier, token, value, place }) => ({
          ...{ type, identifier, token },
          ...{ value, place },
        })),
        ids: group.map(({ id }) => id),
      });
    }),
  );
  const failed = results.find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function configuredSolver({ store }: Engine, id: string) {
  const { type, config } = await store.solvers.withSecrets(id);
  const plugin = pluginOf(solvers, type);
  return { plugin, config: parseConfig(plugin, config) };
}
