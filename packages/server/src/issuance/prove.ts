import {
  type Authorization,
  authorizationProblem,
  explainInvalidOrder,
  fetchAuthorization,
  type Order,
  orderedName,
  type Presentation,
  presentationFor,
  respondToChallenge,
} from '@certfleet/acme';
import { PluginError, solvers as solverPlugins } from '@certfleet/plugins';
import { describeDuration, describeInstant, minutes } from '../domain/time.js';
import { pluginOf } from '../plugin-config.js';
import type { ChallengeRecord, NewChallenge } from '../store/challenges.js';
import { askPerson, isOpen, openInWords } from './by-person.js';
import { type ChosenSolver, chooseSolvers } from './choose-solver.js';
import { type Configured, locate, look, present, recordTakenAway, takeAway } from './presentations.js';
import { endOf, liveOrder, OrderLost, type Run, type Step, save } from './run.js';

/** A CA that has not validated by then is not going to: the order is given up and everything is cleaned up. */
const validationDeadline = minutes(10);

/** Writes down every challenge that will be presented, before the first one is. */
export async function intendChallenges(run: Run): Promise<Step> {
  const order = await liveOrder(run);
  if (order.status !== 'pending') return proven(run, order);
  const solvers = run.solvers ?? (await chooseSolvers(run.engine, run.certificate));
  const challenges: NewChallenge[] = [];
  for (const authorization of await authorizationsOf(run, order)) {
    // Pending ones are proven now. A valid one is being reused (RFC 8555 §7.4). With any other the order is lost.
    if (authorization.status === 'pending') challenges.push(await challengeFor(run, authorization, solvers));
    else if (authorization.status !== 'valid') throw refused(authorization);
  }
  await save(run, { state: 'presenting' }, tx => tx.challenges.willPresent(run.order.id, challenges));
  return 'next';
}

async function challengeFor(
  run: Run,
  authorization: Authorization,
  solvers: ReadonlyMap<string, ChosenSolver>,
): Promise<NewChallenge> {
  const name = orderedName(authorization);
  const chosen = solvers.get(name);
  if (!chosen) throw new OrderLost(`The CA wants ${name} proven, which was not ordered.`);
  const presentation = await presentationFor(run.session, authorization, [chosen.challengeType]);
  return {
    authorizationUrl: presentation.authorizationUrl,
    challengeUrl: presentation.challengeUrl,
    identifier: presentation.identifier.value,
    type: chosen.challengeType,
    token: presentation.token,
    value: presentedValue(presentation),
    solverId: chosen.solver.id,
    byPerson: pluginOf(solverPlugins, chosen.solver.type).inspect !== undefined,
  };
}

/** What a solver is given, and all that it needs for cleaning up. */
function presentedValue(presentation: Presentation): string {
  return 'record' in presentation ? presentation.record.value : presentation.keyAuthorization;
}

/** Presents what was intended and, once it can be seen, tells the CA to look. Doing any of it twice does no harm. */
export async function presentAndRespond(run: Run): Promise<Step> {
  const { session, signal } = run;
  const challenges = run.presented ?? (await presentAll(run));
  const open = challenges.filter(isOpen);
  // That may take days: nothing else is looked for meanwhile.
  if (open.length > 0) return { waitsFor: openInWords(run.certificate.name, open), onPerson: true };
  const unseen = await whatIsUnseen(run, challenges);
  if (unseen !== null) return { waitsFor: unseen };
  await Promise.all(
    challenges.map(({ challengeUrl }) => respondToChallenge(session, { url: challengeUrl }, { signal })),
  );
  await save(run, { state: 'validating' });
  run.live = null;
  return validating;
}

/**
 * Once in each run: a listener of our own is gone with the process that had it, and the CA may look at any moment until
 * it has decided. Where each belongs is written down before it is put there, so that it is found there when it is taken
 * away, whatever an alias or a zone has become by then.
 */
async function presentAll(run: Run): Promise<readonly ChallengeRecord[]> {
  const { engine, order, lease, signal } = run;
  const { store, clock } = engine;
  let challenges = await store.challenges.uncleaned(order.id);
  const configured: Configured = new Map();
  const places = await locate(engine, challenges, configured, signal);
  if (places.size > 0) {
    await store.fenced(lease, tx => tx.challenges.setPlaces(places));
    challenges = challenges.map(each => ({ ...each, place: places.get(each.id) ?? each.place }));
  }
  const lasting = await present(engine, challenges, configured, signal);
  if (lasting.size > 0) {
    const presentedAt = clock.now();
    const byPerson = challenges.filter(({ id, byPerson }) => byPerson && lasting.has(id));
    await store.fenced(lease, async tx => {
      await tx.challenges.setPresented([...lasting], presentedAt);
      const times = { now: presentedAt, until: endOf(order) };
      if (byPerson.length > 0) await askPerson(tx, run.certificate, byPerson, times);
    });
    challenges = challenges.map(each => (lasting.has(each.id) ? { ...each, presentedAt } : each));
  }
  run.presented = challenges;
  return challenges;
}

/**
 * What a CA would not find yet, for people; null: it finds all. Throws {@link OrderLost} when that has taken too long.
 */
async function whatIsUnseen(run: Run, challenges: readonly ChallengeRecord[]): Promise<string | null> {
  const seen = await look(run.engine, challenges, run.signal);
  const now = run.engine.clock.now();
  if (seen.seen) {
    const settled = Math.max(...challenges.map(({ presentedAt }) => presentedAt ?? 0)) + (seen.settle ?? 0);
    return now >= settled
      ? null
      : `What was presented has until ${describeInstant(settled, now)} to settle; then the CA is told to look.`;
  }
  // Some may have been presented days before somebody had presented the others.
  const since = Math.max(
    ...challenges.map(({ presentedAt, confirmedAt }) => Math.max(presentedAt ?? 0, confirmedAt ?? 0)),
  );
  if (now - since <= seen.patience) return seen.reason;
  const message = `What was presented could not be seen within ${describeDuration(seen.patience)}: ${seen.reason} It is taken away; another order will be tried.`;
  throw new OrderLost(message, { cause: new PluginError('verificationFailed', message) });
}

const validating: Step = { waitsFor: 'The CA is validating.' };

/** Polls the order, not its authorizations: one request however many names it has. */
export async function awaitValidation(run: Run): Promise<Step> {
  const order = await liveOrder(run);
  if (order.status !== 'pending') return proven(run, order);
  if (!run.presented) await presentAll(run);
  if (run.engine.clock.now() - run.order.updatedAt <= validationDeadline) return validating;
  const pending = (await authorizationsOf(run, order)).filter(({ status }) => status === 'pending');
  throw new OrderLost(
    `The CA has not validated ${pending.map(orderedName).join(', ') || 'the order'} within ` +
      `${describeDuration(validationDeadline)}. What was presented is taken away; another order will be tried.`,
  );
}

/** No challenge is needed any more: they are taken away before the certificate is asked for. */
async function proven(run: Run, order: Order): Promise<Step> {
  if (order.status === 'invalid') throw await whyInvalid(run, order);
  const { engine, certificate, signal } = run;
  const presented = run.presented ?? (await engine.store.challenges.uncleaned(run.order.id));
  const taken = await takeAway(engine, presented, signal);
  signal.throwIfAborted();
  await save(run, { state: 'finalizing' }, tx => recordTakenAway(tx, certificate, taken, engine.clock.now()));
  return 'next';
}

/** The CA's own words, by the names that failed. */
export async function whyInvalid(run: Run, order: Order): Promise<OrderLost> {
  const problem = await explainInvalidOrder(run.session, order, { signal: run.signal });
  return new OrderLost(problem.message, { cause: problem });
}

function refused(authorization: Authorization): OrderLost {
  const problem = authorizationProblem(authorization);
  const status = `The CA's authorization for ${orderedName(authorization)} is ${authorization.status}.`;
  return new OrderLost(problem?.message ?? status, { cause: problem });
}

function authorizationsOf({ session, signal }: Run, order: Order): Promise<Authorization[]> {
  return Promise.all(
    order.authorizations.map(async url => (await fetchAuthorization(session, url, { signal })).authorization),
  );
}
