import type { Certificate, Pause, RenewalPeriod } from '@certfleet/contract';
import {
  explainPeriod,
  explainRenewal,
  type RenewalPolicy,
  type RenewalReason,
  whatPeriodComesTo,
} from '../domain/renewal.js';
import { type Duration, describeInstant, type Instant } from '../domain/time.js';
import { describePause } from '../pause.js';
import type { CertificateDetail } from '../store/certificate-list.js';

/** What a policy's rule comes to for one lifetime, as the API shows it. */
export function renewalPeriod(policy: RenewalPolicy, lifetime: Duration): RenewalPeriod {
  const { lead, reason } = whatPeriodComesTo(policy, lifetime);
  return {
    lifetimeSeconds: Math.max(1, Math.round(lifetime / 1000)),
    leadSeconds: Math.max(0, Math.round(lead / 1000)),
    reason,
    text: explainPeriod(policy, lifetime),
  };
}

/** When the next order is made and why; what holds it up comes first, since that is what people ask about. */
export function renewalOf(detail: CertificateDetail, now: Instant, paused: Pause | null): Certificate['renewal'] {
  const { renewAt, renewReason, retryAt, waitsFor, version, ariChoice: choice, ariCheckAt } = detail;
  const at = Math.max(renewAt ?? now, retryAt ?? 0);
  if (detail.policyId === null) return null;
  if (renewAt === null && !waitsFor && retryAt === null && !paused) return null;
  const reason = renewReason ?? 'first';
  return {
    ...{ at: iso(at), reason, text: textOf() },
    window: choice && { start: iso(choice.windowStart), end: iso(choice.windowEnd), chosen: iso(choice.at) },
    askedAgainAt: ariCheckAt === null ? null : iso(ariCheckAt),
    period: version && renewalPeriod(detail, version.notAfter - version.notBefore),
  };

  function textOf(): string {
    if (paused && at <= now) return whyPaused(paused);
    if (waitsFor) return waitsFor;
    if (retryAt !== null && retryAt > (renewAt ?? 0)) {
      const moment = describeInstant(retryAt, now);
      return detail.failures > 0
        ? `Tried again at ${moment}, after a failure`
        : `Not before ${moment}: just replaced twice`;
    }
    if (reason === 'requested') return 'Asked for';
    if (reason === 'changed') return 'The certificate was changed';
    if (!version || renewAt === null) return 'Not issued yet';
    const renewal = { at: renewAt, reason: reason as RenewalReason, choice: detail.ariChoice };
    return explainRenewal(renewal, version, now);
  }
}

/** Why nothing goes on. */
export function whyPaused(pause: Pause): string {
  return `Waits because Certfleet is ${describePause(pause)} It goes on after "certfleet system resume".`;
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
