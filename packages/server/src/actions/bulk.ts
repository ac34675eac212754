import type { BulkAction, BulkProgress, BulkStep } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, includesRole } from '../http/actor.js';
import type { Exchange, Handlers } from '../http/handlers.js';

/** What is asked for of one certificate at a time. */
export type SingleHandlers = Omit<Handlers['certificate'], 'bulk' | 'bulkPreview'>;

const shownRefusals = 20;
/** A step ends after so many certificates, or after so long, so that an answer comes soon. */
const mostInStep = 100;
const longestStep = seconds(5);

/**
 * What people do to many certificates at once: each by itself, as if it were asked for one by one, with the same checks
 * and events. A step takes the next certificates by name, so that none is met twice, also when what is done to them
 * changes whether they fit the filter; whoever asks sends the next step, and can stop after any.
 */
export function bulkHandlers(
  { store }: Engine,
  one: SingleHandlers,
): Pick<Handlers['certificate'], 'bulk' | 'bulkPreview'> {
  return {
    async bulkPreview({ body: { act, selection } }, actor) {
      await check(act, actor);
      const { total, refused, refusals } = await store.bulks.preview(selection, act, shownRefusals);
      const possible = total - refused;
      return { total, possible, refusals, consequences: consequencesOf(act, possible) };
    },

    async bulk({ body }, actor, exchange) {
      await check(body.act, actor);
      return step(body, actor, exchange);
    },
  };

  /** The table of operations has one role for all of them. Throws `forbidden`, and `not-found` for a target. */
  async function check(act: BulkAction, { role }: Actor): Promise<void> {
    if (act.action === 'assign') await store.targets.byName(act.target);
    if (act.action !== 'revoke' || includesRole(role, 'admin')) return;
    throw new DomainError('forbidden', 'Only administrators revoke certificates. Nothing was changed.');
  }

  async function step(
    { act, selection, after = '' }: BulkStep,
    actor: Actor,
    exchange: Exchange,
  ): Promise<BulkProgress> {
    const names = await store.bulks.names(selection, after, mostInStep);
    const ends = performance.now() + longestStep;
    const refused: BulkProgress['refused'] = [];
    let done = 0;
    for (const certificate of names) {
      try {
        await doTo(certificate, act, actor, exchange);
        done += 1;
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        refused.push({ certificate, reason: error.message });
      }
      if (performance.now() > ends) return { done, refused, next: certificate };
    }
    return { done, refused, next: names.length === mostInStep ? (names.at(-1) ?? null) : null };
  }

  async function doTo(name: string, act: BulkAction, actor: Actor, exchange: Exchange): Promise<void> {
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
      case 'revoke':
        await one.revoke({ params, body: { reason: act.reason, replaceFirst: true } }, actor, exchange);
        return;
    }
  }
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
    case 'revoke':
      return [
        `The next version of ${certificates} is ordered now, with another key.`,
        'The present one is revoked for good as soon as the next is served in its place.',
      ];
  }
}
