import type { ReadBack } from '@certfleet/plugins';
import { type Duration, describeInstant, type Instant, seconds } from './time.js';

/*
 * One attempt to bring a version to an assignment: pending → installed → verified; or unreachable, failed, rolled-back
 * (and superseded, when a newer version is there before it is done). This decides what follows from reading back.
 */

/** What is known when a target has been read back after installing. */
export interface ReadBackFacts {
  /** SHA-256 of the leaf that was installed, hexadecimal in lower case. */
  expected: string;
  /** What was served before anything was touched; null if nobody looked. */
  before: ReadBack | null;
  after: ReadBack;
  installedAt: Instant;
  /** The certificate that was captured, as far as it is known; null if the target had none. */
  captured: CapturedCertificate | null;
}

export interface CapturedCertificate {
  /** Null if it is not known. */
  notAfter: Instant | null;
  revokedAt: Instant | null;
}

/**
 * What to do with a deployment after reading back.
 *
 * `look-again`: it stays `installed`. `restore`: it becomes `rolled-back` once what was captured is back, and `failed`
 * if that can't be had. `reason` is for people.
 */
export type AfterReadBack =
  | { next: 'done'; status: 'verified' }
  | { next: 'done'; status: 'unreachable' | 'failed'; reason: string }
  | { next: 'look-again'; at: Instant; reason: string }
  | { next: 'restore'; reason: string };

/**
 * Targets whose processes are replaced one by one serve the old certificate for a while after they took the new one.
 */
const settlingTime: Duration = seconds(10);
const pauseBetweenLooks: Duration = seconds(1);

/**
 * Judges by what is served, not by what the target said when it was installed.
 *
 * A wrong answer brings back what was captured, unless that is worth less than the wrong answer. No answer where there
 * was none before is a firewall or a service that is switched off: the deployment is unproven, not wrong, and nothing
 * is rolled back.
 */
export function decideAfterReadBack(facts: ReadBackFacts, now: Instant): AfterReadBack {
  const { expected, before, after, installedAt } = facts;
  if (after.outcome === 'served' && after.fingerprintSha256 === expected) return { next: 'done', status: 'verified' };

  if (after.outcome === 'no-answer' && before?.outcome !== 'served') {
    return { next: 'done', status: 'unreachable', reason: `Installed, but not proven: ${after.reason}` };
  }
  const reason =
    after.outcome === 'served'
      ? `Another certificate is served than the one installed: serial ${after.serial}.`
      : `Nothing is served any more, though there was an answer before: ${after.reason}`;
  if (now < installedAt + settlingTime) return { next: 'look-again', at: now + pauseBetweenLooks, reason };

  const worthless = whyNotRestore(facts.captured, now);
  if (worthless === null) return { next: 'restore', reason };
  return { next: 'done', status: 'failed', reason: `${reason} What was there before is not put back: ${worthless}.` };
}

/** Why the captured certificate must not come back; null if it may. Where none was, "back" is taking ours away. */
function whyNotRestore(captured: CapturedCertificate | null, now: Instant): string | null {
  if (captured === null) return null;
  if (captured.revokedAt !== null) return `it was revoked on ${describeInstant(captured.revokedAt, now)}`;
  if (captured.notAfter !== null && captured.notAfter <= now)
    return `it expired on ${describeInstant(captured.notAfter, now)}`;
  return null;
}
