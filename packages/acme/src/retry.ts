/**
 * The one decision about trying a request again. Pure: error, attempts so far and clock in, decision out.
 *
 * Covers one request of one operation, within seconds. When to start an order over after hours is the caller's matter.
 */
import { AcmeProblem, AcmeTransportError } from './problem.js';

/** What has been tried. `jitter` is a random number in [0, 1), drawn by the caller to keep the decision pure. */
export interface RetryAttempts {
  /** Times that the CA refused our nonce for this request. */
  badNonces: number;
  /** Times that this request failed in any other way. */
  failures: number;
  /** When the first attempt started, milliseconds since the epoch. */
  startedAt: number;
  jitter: number;
}

/** Bounds for {@link decideRetry}, in milliseconds where they are times. */
export interface RetryLimits {
  /** Refused nonces in a row before giving up. */
  maxBadNonces: number;
  /** Other failures before giving up. */
  maxFailures: number;
  /** The longest wait that is slept through; a longer one is returned to the caller. */
  maxWaitMs: number;
  /** No attempt is started later than this after the first one. */
  maxElapsedMs: number;
}

export const DEFAULT_RETRY_LIMITS: RetryLimits = {
  maxBadNonces: 10,
  maxFailures: 4,
  maxWaitMs: 5_000,
  maxElapsedMs: 60_000,
};

/** What to do now. `reason` is for people. */
export type RetryDecision =
  | { action: 'retry'; afterMs: number; nonce: 'of-the-error' | 'any'; reason: string }
  | { action: 'give-up'; reason: string };

const FIRST_BACKOFF_MS = 250;

/** Whether, when and with which nonce a failed request is signed and sent again. The same JWS is never sent twice. */
export function decideRetry(error: unknown, attempts: RetryAttempts, now: number, limits: RetryLimits): RetryDecision {
  // RFC 8555 §6.5: "a client SHOULD retry the request using the new nonce", the one that came with the error.
  if (error instanceof AcmeProblem && error.is('badNonce')) {
    if (attempts.badNonces >= limits.maxBadNonces) {
      return { action: 'give-up', reason: `the CA refused ${attempts.badNonces} nonces in a row` };
    }
    if (now - attempts.startedAt > limits.maxElapsedMs) return tooLong(limits);
    return { action: 'retry', afterMs: 0, nonce: 'of-the-error', reason: 'badNonce' };
  }

  const reason = transient(error);
  if (reason === undefined) return { action: 'give-up', reason: 'the same request would fail again' };
  if (attempts.failures >= limits.maxFailures) {
    return { action: 'give-up', reason: `${reason}, ${attempts.failures} times` };
  }
  const asked = error instanceof AcmeProblem ? error.retryAfterMs : undefined;
  if (asked === undefined && isRateLimit(error)) {
    return { action: 'give-up', reason: 'a rate limit without Retry-After lasts longer than a request may wait' };
  }
  const backoff = FIRST_BACKOFF_MS * 2 ** Math.max(0, attempts.failures - 1) * (0.5 + attempts.jitter);
  const afterMs = Math.round(asked ?? Math.min(backoff, limits.maxWaitMs));
  if (afterMs > limits.maxWaitMs) {
    return { action: 'give-up', reason: `the CA asks for ${afterMs} ms of patience, more than a request may wait` };
  }
  if (now + afterMs - attempts.startedAt > limits.maxElapsedMs) return tooLong(limits);
  return { action: 'retry', afterMs, nonce: 'any', reason };
}

function tooLong(limits: RetryLimits): RetryDecision {
  return { action: 'give-up', reason: `it has been tried for ${limits.maxElapsedMs} ms` };
}

/** Why the same request may succeed later, or undefined if it will not. */
function transient(error: unknown): string | undefined {
  if (error instanceof AcmeTransportError) return error.failure === 'tls' ? undefined : error.failure;
  if (!(error instanceof AcmeProblem)) return undefined;
  if (isRateLimit(error)) return 'rateLimited';
  // A certificate that is not there yet although its order is valid: seen where a CA's front ends lag behind each
  // other.
  if (error.operation === 'certificate' && error.status === 404) return 'certificate not there yet';
  return error.status >= 500 || error.status === 408 ? `status ${error.status}` : undefined;
}

function isRateLimit(error: unknown): boolean {
  return error instanceof AcmeProblem && (error.status === 429 || error.is('rateLimited'));
}
