import {
  type Duration,
  days,
  describeDays,
  describeDuration,
  describeInstant,
  type Instant,
  type Random,
} from './time.js';

/** What the decision needs to know of an issued version. `notBefore` and `notAfter` as in its certificate. */
export interface VersionFacts {
  notBefore: Instant;
  notAfter: Instant;
  /** When it was revoked, by us or as the CA told us; null if it was not. */
  revokedAt: Instant | null;
}

/** The suggestedWindow of the CA's latest answer (RFC 9773 §4.2), as it came: it may be reversed or past. */
export interface SuggestedWindow {
  start: Instant;
  end: Instant;
}

/** The moment that was drawn in one window. The caller stores it and passes it in again. */
export interface AriChoice {
  windowStart: Instant;
  windowEnd: Instant;
  at: Instant;
}

/** What is known from the CA's renewal information: its latest answer and what was drawn in its window so far. */
export interface RenewalInfoFacts {
  window: SuggestedWindow;
  choice: AriChoice | null;
}

/** The part of a policy that concerns renewal. Null: by ARI, else by lifetime. */
export interface RenewalPolicy {
  renewDaysBefore: number | null;
}

export type RenewalReason = 'revoked' | 'expired' | 'ari-window-past' | 'ari' | 'policy' | 'lifetime' | 'last-resort';

/** When to replace a version and why. It is due once `at` is not after now. Store `choice` before acting on it. */
export interface Renewal {
  at: Instant;
  reason: RenewalReason;
  /** The moment that holds for the CA's present window; null if there is no usable window. */
  choice: AriChoice | null;
}

/** Below this lifetime half of the life is left at renewal: a third of 160 hours would be gone within one weekend. */
const shortLived: Duration = days(10);

/**
 * When to replace a version, and why.
 *
 * The order of precedence: a version that is of no use any more is replaced now; a window of the CA that is over means
 * now, whatever a policy says; a policy's own days count unless the CA wants it earlier; without them the CA's window
 * decides; without both a share of the lifetime does. None of them can put it off beyond the last tenth of its life.
 *
 * RFC 9773 §4.2: "Select a uniform random time within the suggested window", once for each window: drawing again at
 * each look would let the earliest of many draws win. The caller stores `choice` and passes it in
 * again. `at` does not depend on `now` unless something is over already, so it may be stored and sorted by.
 */
export function decideRenewal(
  version: VersionFacts,
  ari: RenewalInfoFacts | null,
  policy: RenewalPolicy,
  now: Instant,
  random: Random,
): Renewal {
  const window = usableWindow(ari);
  const choice = window && keepOrDraw(window, ari?.choice ?? null, random);

  if (version.revokedAt !== null) return { at: now, reason: 'revoked', choice };
  if (version.notAfter <= now) return { at: now, reason: 'expired', choice };
  if (window && window.end <= now) return { at: now, reason: 'ari-window-past', choice };

  const lifetime = version.notAfter - version.notBefore;
  const candidates: Renewal[] = [];
  if (choice) candidates.push({ at: Math.max(choice.at, version.notBefore), reason: 'ari', choice });
  const period = wantedPeriod(policy, lifetime);
  if (period.reason === 'policy' || !choice) {
    candidates.push({ at: version.notAfter - period.lead, reason: period.reason, choice });
  }
  candidates.push({ at: version.notAfter - lastResortLead(lifetime), reason: 'last-resort', choice });

  // At equal moments the first one stays: it is the better explanation.
  return candidates.reduce((earliest, candidate) => (candidate.at < earliest.at ? candidate : earliest));
}

/** RFC 9773 §4.2: a window whose end "equals or precedes" its start counts as no answer. */
function usableWindow(ari: RenewalInfoFacts | null): SuggestedWindow | null {
  return ari !== null && ari.window.end > ari.window.start ? ari.window : null;
}

function keepOrDraw(window: SuggestedWindow, earlier: AriChoice | null, random: Random): AriChoice {
  if (earlier && earlier.windowStart === window.start && earlier.windowEnd === window.end) return earlier;
  // Rounded before it is added: a sum of the clock's size would round a fraction up to the window's end.
  const at = window.start + Math.floor(random() * (window.end - window.start));
  return { windowStart: window.start, windowEnd: window.end, at };
}

/** How long before notAfter a renewal starts when the CA says nothing, and which rule says so. */
export interface RenewalPeriod {
  lead: Duration;
  reason: 'policy' | 'half-lifetime' | 'lifetime' | 'last-resort';
}

/**
 * What a policy's setting comes to for certificates of this lifetime. A setting from the time of long lifetimes must
 * not break with short ones: 60 days before the end of a 45-day life would be before its beginning.
 */
export function whatPeriodComesTo(policy: RenewalPolicy, lifetime: Duration): RenewalPeriod {
  const { lead, reason } = wantedPeriod(policy, lifetime);
  if (lead < lastResortLead(lifetime)) return { lead: lastResortLead(lifetime), reason: 'last-resort' };
  if (policy.renewDaysBefore !== null && lead < days(policy.renewDaysBefore)) return { lead, reason: 'half-lifetime' };
  return { lead, reason };
}

/** {@link whatPeriodComesTo} in words for people, to be shown beside the setting. */
export function explainPeriod(policy: RenewalPolicy, lifetime: Duration): string {
  const { lead, reason } = whatPeriodComesTo(policy, lifetime);
  const comesTo = `${describeDuration(lead)} before it expires`;
  switch (reason) {
    case 'policy':
      return `${comesTo}, or earlier if the CA suggests it`;
    case 'half-lifetime':
      return `${comesTo}: ${policy.renewDaysBefore} days are more than half of a life of ${describeDuration(lifetime)}`;
    case 'last-resort':
      return `${comesTo}: renewal never starts later than at a tenth of a life of ${describeDuration(lifetime)}`;
    case 'lifetime':
      return `when the CA suggests it, else ${comesTo}`;
  }
}

function wantedPeriod(policy: RenewalPolicy, lifetime: Duration): { lead: Duration; reason: 'policy' | 'lifetime' } {
  const half = Math.floor(lifetime / 2);
  if (policy.renewDaysBefore !== null) {
    return { lead: Math.min(days(policy.renewDaysBefore), half), reason: 'policy' };
  }
  return { lead: lifetime < shortLived ? half : Math.floor(lifetime / 3), reason: 'lifetime' };
}

function lastResortLead(lifetime: Duration): Duration {
  return Math.floor(lifetime / 10);
}

/** A renewal's reason in words for people: `ARI window 3–5 March, chosen 4 March 02:11 UTC`. */
export function explainRenewal(renewal: Renewal, version: VersionFacts, now: Instant): string {
  const { choice } = renewal;
  const window = choice ? `ARI window ${describeDays(choice.windowStart, choice.windowEnd, now)}` : 'no ARI window';
  const left = describeDuration(version.notAfter - renewal.at);
  switch (renewal.reason) {
    case 'revoked':
      return `Revoked ${describeInstant(version.revokedAt ?? now, now)}: replaced at once`;
    case 'expired':
      return `Expired ${describeInstant(version.notAfter, now)}: replaced at once`;
    case 'ari-window-past':
      return `${window} is over: replaced at once`;
    case 'ari':
      return `${window}, chosen ${describeInstant(renewal.at, now)}`;
    case 'policy':
      return `The policy's period: ${describeInstant(renewal.at, now)}, ${left} before it expires`;
    case 'lifetime':
      return `By lifetime (${window}): ${describeInstant(renewal.at, now)}, ${left} before it expires`;
    case 'last-resort':
      return `Last resort (${window}): ${describeInstant(renewal.at, now)}, ${left} before it expires`;
  }
}
