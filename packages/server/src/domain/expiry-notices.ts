import type { NoticeKind, NoticeSeverity } from '@certfleet/contract';
import { type Duration, days, describeDuration, describeInstant, type Instant } from './time.js';

/**
 * When people are told that a certificate is about to expire.
 *
 * Days before notAfter, of a life of {@link fullLife} or longer; with a shorter one all of them shrink with it, so that a
 * certificate of six days is told of two days before its end and not from its first day on. 0: it has expired.
 */
const steps = [30, 14, 7, 3, 1, 0] as const;
export type ExpiryStep = (typeof steps)[number];

/** The life that the steps are meant for. */
const fullLife: Duration = days(90);

/** From this step on a renewal that fails is told of once more. */
const close: ExpiryStep = 7;

/** What the decision needs to know of the current version and its renewal. */
export interface ExpiryFacts {
  notBefore: Instant;
  notAfter: Instant;
  /** The step that was told last of this version; null: none. */
  told: number | null;
  /** When its renewal is planned, and how often that has failed in a row; null: nothing renews it, it was imported. */
  renewal: { at: Instant | null; failures: number } | null;
}

/** What to tell now, if anything, and when to decide again; null: never, for this version. */
export interface ExpiryDecision {
  tell: { step: ExpiryStep; kinds: readonly NoticeKind[]; severity: NoticeSeverity } | null;
  nextAt: Instant | null;
}

/**
 * Whether to tell now, of the latest step that has come. Steps that were missed (the server was off, or the certificate
 * was imported late) are not made up for.
 *
 * What is going to be renewed by itself is no news: as long as its renewal lies ahead, or is due for less than the last
 * step's time and has not failed, nothing is told. So people hear of a certificate that is kept valid only when its
 * renewal fails or does not come about.
 */
export function decideExpiryNotice(facts: ExpiryFacts, now: Instant): ExpiryDecision {
  const { notBefore, notAfter, told, renewal } = facts;
  const momentOf = (step: ExpiryStep) => notAfter - leadOf(step, notAfter - notBefore);
  const step = steps.findLast(each => momentOf(each) <= now);
  const later = steps.find(each => momentOf(each) > now);
  const nextAt = later === undefined ? null : momentOf(later);
  if (step === undefined || (told !== null && told <= step)) return { tell: null, nextAt };

  const failing = renewal !== null && renewal.failures > 0;
  if (renewal && !failing && renewal.at !== null) {
    const overdueAt = renewal.at + leadOf(1, notAfter - notBefore);
    if (now < overdueAt) return { tell: null, nextAt: nextAt === null ? overdueAt : Math.min(nextAt, overdueAt) };
  }
  const kinds: NoticeKind[] = failing && step <= close ? ['failed', 'expiring'] : ['expiring'];
  return { tell: { step, kinds, severity: severityOf(step) }, nextAt };
}

/** When to decide for the first time about a new version. */
export function firstExpiryNotice({ notBefore, notAfter }: Pick<ExpiryFacts, 'notBefore' | 'notAfter'>): Instant {
  return notAfter - leadOf(steps[0], notAfter - notBefore);
}

/** How severe it is that an attempt fails: critical when what is served expires soon. Null: nothing is served. */
export function severityOfFailure(version: { notBefore: Instant; notAfter: Instant } | null, now: Instant) {
  if (version === null) return 'warning';
  return now < version.notAfter - leadOf(close, version.notAfter - version.notBefore) ? 'warning' : 'critical';
}

/** How long before the end of such a life a step comes. */
function leadOf(step: ExpiryStep, lifetime: Duration): Duration {
  return Math.round(days(step) * Math.min(1, lifetime / fullLife));
}

function severityOf(step: ExpiryStep): NoticeSeverity {
  if (step >= 30) return 'info';
  return step >= close ? 'warning' : 'critical';
}

/** What is told of a step, for people. `lastError`: of a renewal that fails. */
export function explainExpiry(
  name: string,
  { notAfter, renewal }: ExpiryFacts,
  lastError: string | null,
  now: Instant,
): string {
  const moment = describeInstant(notAfter, now);
  const expiry =
    notAfter <= now
      ? `${name} expired at ${moment}.`
      : `${name} expires in ${describeDuration(notAfter - now)}, at ${moment}.`;
  return `${expiry} ${explainRenewal(renewal, lastError, now)}`;
}

function explainRenewal(renewal: ExpiryFacts['renewal'], lastError: string | null, now: Instant): string {
  if (renewal === null) return 'It was imported and is not renewed here: import its successor.';
  if (renewal.failures > 0) {
    const times = renewal.failures === 1 ? 'once' : `${renewal.failures} times in a row`;
    return `Its renewal has failed ${times}${lastError === null ? '.' : `, the last time with: ${lastError}`}`;
  }
  if (renewal.at === null) return 'No renewal is planned.';
  return `Its renewal is due since ${describeInstant(renewal.at, now)} and has not come about.`;
}
