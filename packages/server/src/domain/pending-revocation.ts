import type { NoticeSeverity, RevocationReason } from '@certfleet/contract';
import { days, hours, type Instant } from './time.js';

/** Why a revocation that was asked for has not come about. */
export interface RevocationTrouble {
  /** replacement: the next version is not there, or not served. ca: the CA has refused. */
  kind: 'replacement' | 'ca';
  message: string;
  /** Since when there is trouble of this kind. */
  since: Instant;
  /** Refusals of the CA in a row. */
  attempts: number;
  /** When people were told of it last. */
  toldAt: Instant;
}

/** What holds a replacement up. `error` is null as long as nothing has failed. */
export type Holdup =
  | { step: 'issuance'; error: string | null }
  | { step: 'deployment'; version: number; target: string; error: string | null };

/** So long may a replacement take before that counts as trouble though nothing has failed. */
const patience = hours(1);

/** Why the replacement is held up, for people; null: it is on its way. */
export function explainHoldup(holdup: Holdup, askedAt: Instant, now: Instant): string | null {
  if (holdup.error === null && now - askedAt < patience) return null;
  if (holdup.step === 'issuance') {
    return holdup.error === null
      ? 'The next version has not been issued for an hour.'
      : `The next version could not be issued: ${holdup.error}`;
  }
  const where = `Version ${holdup.version} is not served on ${holdup.target}`;
  return holdup.error === null ? `${where} after an hour.` : `${where}: ${holdup.error}`;
}

/** The trouble to remember, and whether people are told now: when it begins, and daily while it lasts. */
export function nextTrouble(
  before: RevocationTrouble | null,
  kind: RevocationTrouble['kind'],
  message: string,
  now: Instant,
): { trouble: RevocationTrouble; tell: boolean } {
  const same = before?.kind === kind ? before : null;
  const tell = same === null || now - same.toldAt >= days(1);
  return {
    trouble: {
      ...{ kind, message, since: same?.since ?? now },
      ...{ attempts: (same?.attempts ?? 0) + 1, toldAt: tell ? now : (same?.toldAt ?? now) },
    },
    tell,
  };
}

/** Of a key that others have, each hour counts. */
export function severityOfTrouble(reason: RevocationReason): NoticeSeverity {
  return reason === 'keyCompromise' ? 'critical' : 'warning';
}
