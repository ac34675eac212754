import { type Duration, days, describeDuration, describeInstant, type Instant, minutes, type Random } from './time.js';

/**
 * What an error means for trying again.
 *
 * - `wait`: the other side said how long to wait.
 * - `transient`: it may work later by itself, or once someone has repaired something out there.
 * - `person`: the same attempt can only fail again until someone changes what we are configured with.
 */
export type FailureClass = { kind: 'wait'; for: Duration } | { kind: 'transient' } | { kind: 'person' };

/** When to try again and why, or that only a person can help. */
export type Retry =
  | { giveUp: false; at: Instant; reason: 'retry-after' | 'schedule' | 'not-after-near' }
  | { giveUp: false; at: Instant; reason: 'next-account'; account: string }
  | { giveUp: true; reason: 'needs-a-person' };

/** Let's Encrypt's advice for clients: a minute, ten, a hundred, then daily. */
const firstWaits: readonly Duration[] = [minutes(1), minutes(10), minutes(100)];
const laterWaits: Duration = days(1);

/** Another account has not failed yet; not at once, since what the accounts have in common may be what is wrong. */
const waitForNextAccount: Duration = minutes(1);

/** Five failed authorizations an hour are refilled one by one at this pace; trying faster locks us out. */
const shortestWaitNearNotAfter: Duration = minutes(12);

const shortestRetryAfter: Duration = minutes(1);
const longestRetryAfter: Duration = days(1);

/** The share of a wait that is added at random, so that what failed together does not come back together. */
const jitter = 0.2;

const acmeError = (name: string) => `urn:ietf:params:acme:error:${name}`;

/** RFC 8555 §6.7 error types that no repetition cures, with the same account at the same CA. */
const acmeErrorsForPeople = new Set(
  [
    'accountDoesNotExist',
    'badCSR',
    'badPublicKey',
    'badSignatureAlgorithm',
    'externalAccountRequired',
    'invalidContact',
    'invalidProfile',
    'rejectedIdentifier',
    'unsupportedContact',
    'unsupportedIdentifier',
    'userActionRequired',
  ].map(acmeError),
);

/** Our own errors that can go away without anyone changing our configuration. */
const transientCodes = new Set([
  'ca-unavailable',
  'conflict',
  'haproxy-unavailable',
  'internal',
  'port-in-use',
  'store-full',
  'too-many-attempts',
]);

/**
 * After a failure: when to try the same thing again. The one place that decides it for issuance and deployment.
 *
 * `failures` counts the failures in a row, this one included. `notAfter` is that of the version in service, null if
 * there is none: what is about to expire, or just has, is tried more often than daily, at half of the distance to
 * notAfter, on either side of it.
 */
export function decideRetry(
  error: unknown,
  failures: number,
  notAfter: Instant | null,
  now: Instant,
  random: Random,
): Retry {
  const failure = classifyFailure(error);
  if (failure.kind === 'person') return { giveUp: true, reason: 'needs-a-person' };
  if (failure.kind === 'wait') {
    const wait = Math.min(Math.max(failure.for, shortestRetryAfter), longestRetryAfter);
    return { giveUp: false, at: now + spread(wait, random), reason: 'retry-after' };
  }
  const scheduled = firstWaits[failures - 1] ?? laterWaits;
  const longest = notAfter === null ? scheduled : Math.max(Math.abs(notAfter - now) / 2, shortestWaitNearNotAfter);
  const wait = Math.min(scheduled, longest);
  return {
    giveUp: false,
    at: now + spread(wait, random),
    reason: wait < scheduled ? 'not-after-near' : 'schedule',
  };
}

/** After an account's CA has refused for good: when the policy's next account, of this name, tries. */
export function retryWithNextAccount(account: string, now: Instant, random: Random): Retry {
  return { giveUp: false, at: now + spread(waitForNextAccount, random), reason: 'next-account', account };
}

/**
 * Whether an account's CA won't issue this whatever is repeated, so that another account is worth trying: all that only
 * people can mend there; a CAA record that names other CAs (RFC 8659 §4); and an account that it takes no orders from.
 * Whether a name could be proven is no such thing: it is the same for every CA.
 */
export function refusesForGood(error: unknown): boolean {
  const { name, type, operation, subproblems } = shapeOf(error);
  if (name !== 'AcmeProblem') return false;
  // RFC 8555 §7.3.6: requests of a deactivated account are refused as unauthorized. So is a name that is not proven,
  // later.
  if (operation === 'newOrder' && type === acmeError('unauthorized')) return true;
  const types = [type, ...problemTypes(subproblems)].map(String);
  return types.some(each => acmeErrorsForPeople.has(each) || each === acmeError('caa'));
}

/** Never sooner than `wait`: it may be a rate limit's. */
function spread(wait: Duration, random: Random): Duration {
  return Math.round(wait * (1 + jitter * random()));
}

/**
 * Sorts an error by its shape, not its class, so that one that crossed a process (an agent's, a stored one) counts
 * the same: AcmeProblem (`type`, `retryAfterMs`, `subproblems`), PluginError (`reason`, `retryAfterMs`), DomainError
 * (`code`). What is none of them is transient: a defect must not stop a renewal for good.
 */
export function classifyFailure(error: unknown): FailureClass {
  const { name, type, code, reason, retryAfterMs, subproblems } = shapeOf(error);
  if (needsPerson()) return { kind: 'person' };
  if (typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) && retryAfterMs > 0) {
    return { kind: 'wait', for: retryAfterMs };
  }
  return { kind: 'transient' };

  function needsPerson(): boolean {
    switch (name) {
      case 'AcmeProblem':
        return [type, ...problemTypes(subproblems)].some(each => acmeErrorsForPeople.has(String(each)));
      case 'AcmeInputError':
        return true;
      case 'PluginError':
        return reason === 'config' || reason === 'credentials';
      case 'DomainError':
        return !transientCodes.has(String(code));
      default:
        return false;
    }
  }
}

function problemTypes(subproblems: unknown): unknown[] {
  return Array.isArray(subproblems) ? subproblems.map(subproblem => shapeOf(subproblem).type) : [];
}

function shapeOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A retry in words for people: `Failed 2 times in a row; next attempt 4 March 02:11 UTC`. */
export function explainRetry(retry: Retry, failures: number, now: Instant): string {
  const failed = failures === 1 ? 'Failed once' : `Failed ${failures} times in a row`;
  if (retry.giveUp) return `${failed}; it can only work once someone changes what the error names`;
  const next = `next attempt ${describeInstant(retry.at, now)}, in ${describeDuration(retry.at - now)}`;
  switch (retry.reason) {
    case 'retry-after':
      return `${failed}; ${next}, as the other side asked`;
    case 'schedule':
      return `${failed}; ${next}`;
    case 'next-account':
      return `${failed}; ${next}, with the policy's next account, ${retry.account}`;
    case 'not-after-near':
      return `${failed}; ${next}, sooner than usual because notAfter is near`;
  }
}
