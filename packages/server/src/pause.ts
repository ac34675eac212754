import type { Pause } from '@certfleet/contract';
import { DomainError } from './domain/errors.js';
import { describeInstant, type Instant } from './domain/time.js';
import type { Store } from './store/index.js';
import { pausedSetting } from './store/settings.js';

/** Since when nothing is issued or deployed, who wants it so, and why. */
interface StoredPause {
  since: Instant;
  by: string;
  reason: string;
  /** It began with a restore, or a restore came on top. */
  restored: boolean;
}

/**
 * Jobs that go on while Certfleet is paused: they touch neither a CA nor a target nor a solver. The load balancer is
 * kept as it is stored, because pausing must not cost a served request. People are told what expires meanwhile, unless a
 * backup was restored, and a monitor that it is paused: by the heartbeat, which stays away.
 */
export const kindsWhilePaused: readonly string[] = [
  'apply-load-balancer',
  'plan-renewals',
  'prune',
  'send-notices',
  'tell-expiring',
  'beat',
];

/** The pause that holds for all servers on this store; null: they work. */
export async function pauseOf(store: Store): Promise<Pause | null> {
  const pause = await store.settings.get<StoredPause>(pausedSetting);
  return pause ? { ...pause, since: new Date(pause.since).toISOString() } : null;
}

/** In a sentence, which it ends: `paused since 2026-03-04 02:11 UTC: The data centre moves.` */
export function describePause({ since, reason }: Pause): string {
  return `paused since ${since.slice(0, 16).replace('T', ' ')} UTC: ${reason}`;
}

/** Throws `not-possible` while Certfleet is paused: for what asks CAs, DNS accounts or what names lead to at once. */
export async function refuseWhilePaused(store: Store): Promise<void> {
  const paused = await pauseOf(store);
  if (paused === null) return;
  throw new DomainError(
    'not-possible',
    `Certfleet is ${describePause(paused)} It asks nobody outside before "certfleet system resume".`,
  );
}

/**
 * From the commit on no job is claimed but {@link kindsWhilePaused}, by any server; what is under way stops at its next
 * safe step. One that is paused already keeps its pause, unless `reason` is another one.
 */
export async function pause(
  tx: Store,
  { by, reason: words, restored = false }: { by: string; reason: string; restored?: boolean },
  now: Instant,
): Promise<void> {
  // Others put it between sentences of their own.
  const reason = /[.!?]$/.test(words) ? words : `${words}.`;
  const known = await tx.settings.get<StoredPause>(pausedSetting);
  if (known?.reason === reason && (known.restored || !restored)) return;
  const stored: StoredPause = {
    ...{ since: known?.since ?? now, by, reason },
    restored: restored || (known?.restored ?? false),
  };
  await tx.settings.set(pausedSetting, stored);
  await tx.events.append({
    actor: by,
    action: pausedAction,
    outcome: 'succeeded',
    message: `Certfleet is paused: nothing is issued, renewed or deployed. ${reason}`,
  });
}

/** Ends the pause. The scheduler of each server hears of it by the event. */
export async function resume(tx: Store, by: string, now: Instant): Promise<void> {
  const known = await tx.settings.get<StoredPause>(pausedSetting);
  if (!known) return;
  await tx.settings.delete(pausedSetting);
  await tx.events.append({
    actor: by,
    action: resumedAction,
    outcome: 'succeeded',
    message: `Certfleet goes on. It was paused since ${describeInstant(known.since, now)}.`,
  });
}

/** The events by which every server on one store learns of it at once. */
export const pausedAction = 'system.paused';
export const resumedAction = 'system.resumed';
