import { type BulkAction, type BulkChange, type BulkProgress, type BulkStep, isForGood } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, includesRole } from '../http/actor.js';
import type { Exchange, Handlers } from '../http/handlers.js';
import type { Meant } from '../store/bulk.js';
import { askToUnassign } from './assignments.js';
import { exportMany } from './bulk-export.js';

type BulkVerb = 'bulk' | 'bulkPreview' | 'bulkExport';

/** What is asked for of one certificate at a time. */
export type SingleHandlers = Omit<Handlers['certificate'], BulkVerb>;

/** So many are named of those with which it can't be done for the same reason. */
const shownRefused = 20;
/** A step ends after so many certificates, or after so long, so that an answer comes soon. */
const mostInStep = 100;
const longestStep = seconds(5);

/**
 * What people do to many certificates at once: each by itself, as if it were asked for one by one, with the same checks
 * and events. A step takes the next certificates by name, so that none is met twice, also when what is done to them
 * changes whether they fit the filter; whoever asks sends the next step, and can stop after any.
 */
export function bulkHandlers(engine: Engine, one: SingleHandlers): Pick<Handlers['certificate'], BulkVerb> {
  const { store, clock } = engine;
  return {
    async bulkPreview({ body: { act, selection } }, actor) {
      await check(act, actor);
      const asOf = new Date(clock.now()).toISOString();
      const { total, possible, refusals } = await store.bulks.preview(selection, act, shownRefused);
      return {
        total,
        possible,
        refusals,
        consequences: [...consequencesOf(act, possible), ...(await ofDefault(act, possible))],
        asOf,
      };
    },

    async bulk({ body }, actor, exchange) {
      await check(body.act, actor);
      await checkAgreed(body);
      return step(body, actor, exchange);
    },

    async bulkExport({ body }) {
      return exportMany(engine, body);
    },
  };

  /** What comes of becoming the default. */
  async function ofDefault(act: BulkAction, count: number): Promise<string[]> {
    if (act.action !== 'assign' || !act.isDefault || count === 0) return [];
    const present = await store.assignments.defaultOf((await store.targets.byName(act.target)).id);
    return [
      ...(present === undefined ? [] : [`${present} is the default of ${act.target} now, and will not be any more.`]),
      ...(count === 1 ? [] : ['A target has one default: of these it is the last one by name.']),
    ];
  }

  /** The table of operations has one role for all of them. Throws `forbidden`, and `not-found` for a target. */
  async function check(act: BulkAction, { role }: Actor): Promise<void> {
    if ('target' in act) await store.targets.byName(act.target);
    if (act.action !== 'revoke' || includesRole(role, 'admin')) return;
    throw new DomainError('forbidden', 'Only administrators revoke certificates. Nothing was changed.');
  }

  /**
   * A filter finds whoever fits by now: that must be no more than somebody has agreed to. Throws `invalid-input` if
   * nothing was agreed to, `conflict` if it is more.
   */
  async function checkAgreed({ act, selection, after, agreed }: BulkStep): Promise<void> {
    if (!isForGood(act.action)) return;
    if (agreed === undefined) {
      const message = `What was agreed to must be sent along to ${act.action} certificates: it can't be undone.`;
      throw new DomainError('invalid-input', message, { fields: [{ path: 'agreed', message: 'Is missing.' }] });
    }
    if (after !== undefined) return;
    const { possible } = await store.bulks.preview(selection, act, 0);
    if (possible <= agreed.most) return;
    throw new DomainError(
      'conflict',
      `By now it can be done to ${possible} certificates; ${agreed.most} were agreed to. Nothing was changed.`,
    );
  }

  async function step(
    { act, selection, after = '', agreed }: BulkStep,
    actor: Actor,
    exchange: Exchange,
  ): Promise<BulkProgress> {
    const meant = await store.bulks.next(selection, act, after, mostInStep);
    const ends = performance.now() + longestStep;
    const refused: BulkProgress['refused'] = [];
    let done = 0;
    for (const one of meant) {
      const certificate = one.name;
      const reason = notAgreed(one, agreed, done) ?? (await refusalOf(certificate, act, actor, exchange));
      if (reason === null) done += 1;
      else refused.push({ certificate, reason });
      if (performance.now() > ends) return { done, refused, next: certificate };
    }
    return { done, refused, next: meant.length === mostInStep ? (meant.at(-1)?.name ?? null) : null };
  }

  /** Does it; gives the reason where it can't be done, and null when it was. */
  async function refusalOf(name: string, act: BulkChange, actor: Actor, exchange: Exchange): Promise<string | null> {
    try {
      await doTo(name, act, actor, exchange);
      return null;
    } catch (error) {
      if (error instanceof DomainError) return error.message;
      throw error;
    }
  }

  async function doTo(name: string, act: BulkChange, actor: Actor, exchange: Exchange): Promise<void> {
    const params = { name };
    switch (act.action) {
      case 'renew':
        await one.renew({ params }, actor, exchange);
        return;
      case 'delete':
        await one.delete({ params }, actor, exchange);
        return;
      case 'assign': {
        const { target, isDefault } = act;
        await one.assign({ params, body: { target, isDefault } }, actor, exchange);
        return;
      }
      case 'unassign':
        // Without waiting for the job, as `one.unassign` does: those of a whole step run side by side.
        await askToUnassign(engine, name, act.target, actor);
        return;
      case 'revoke': {
        const { reason, replaceFirst } = act;
        await one.revoke({ params, body: { reason, replaceFirst } }, actor, exchange);
        return;
      }
    }
  }
}

/** Why it is not done to one that fits, after it was done to so many; null: it was agreed to. */
function notAgreed({ createdAt, refusal }: Meant, agreed: BulkStep['agreed'], done: number): string | null {
  if (agreed === undefined) return null;
  if (createdAt > Date.parse(agreed.asOf)) return 'It was made after the preview. Look at it first.';
  if (done < agreed.most) return null;
  return refusal ?? 'It fits only since the preview, which had one less. Look at it first.';
}

function consequencesOf(act: BulkAction, count: number): string[] {
  if (count === 0) return ['Nothing is changed.'];
  const certificates = count === 1 ? '1 certificate' : `${count} certificates`;
  switch (act.action) {
    case 'renew':
      return [
        `The next version of ${certificates} is ordered now, those that end soonest first.`,
        "Some may wait for room in the CA's limits. What is served stays until the next version is there.",
      ];
    case 'delete':
      return [
        `Deleted here for good, with the private keys: ${certificates}.`,
        'At the CA they stay valid until they expire.',
      ];
    case 'assign':
      return [`Deployed to ${act.target}, and looked for there by a handshake: ${certificates}.`];
    case 'unassign':
      return [
        `Taken off ${act.target}, which is tried until it has come about: ${certificates}.`,
        `Clients of ${act.target} that ask for their names are answered with another certificate from then on.`,
      ];
    case 'revoke':
      if (!act.replaceFirst) {
        return [
          `The CA declares the current version invalid at once and for good: ${certificates}.`,
          'Clients are refused as soon as they learn of it. The next version is ordered, with another key.',
        ];
      }
      return [
        `The next version of ${certificates} is ordered now, with another key.`,
        'The present one is revoked for good as soon as the next is served in its place.',
      ];
    case 'export':
      return [`The current version and its chain, without private keys: ${certificates}.`];
  }
}
