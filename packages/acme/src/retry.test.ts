import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACME_ERROR_PREFIX, AcmeInputError, AcmeProblem, AcmeProtocolError, AcmeTransportError } from './problem.js';
import { DEFAULT_RETRY_LIMITS, decideRetry, type RetryAttempts } from './retry.js';

const START = Date.parse('2026-11-01T00:00:00Z');
const at = { operation: 'newOrder', url: 'https://ca.example/new-order' };
const problem = (name: string, status: number, retryAfterMs?: number, operation = 'newOrder') =>
  new AcmeProblem(
    { ...at, operation },
    { type: ACME_ERROR_PREFIX + name },
    { status, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  );
const transport = (failure: 'connect' | 'reset' | 'timeout' | 'tls' | 'proxy') =>
  new AcmeTransportError(at, failure, 'it broke', new Error('it broke'));

type Expected = { retry: number; nonce?: 'of-the-error' | 'any' } | { giveUp: RegExp };

test.each<[string, unknown, Partial<RetryAttempts> & { elapsedMs?: number }, Expected]>([
  [
    'badNonce: at once, with its nonce',
    problem('badNonce', 400),
    { badNonces: 1 },
    { retry: 0, nonce: 'of-the-error' },
  ],
  ['badNonce for the 9th time', problem('badNonce', 400), { badNonces: 9 }, { retry: 0, nonce: 'of-the-error' }],
  ['badNonce for the 10th time', problem('badNonce', 400), { badNonces: 10 }, { giveUp: /10 nonces/ }],
  ['badNonce after a minute', problem('badNonce', 400), { badNonces: 2, elapsedMs: 61_000 }, { giveUp: /60000 ms/ }],
  [
    '429 with a short Retry-After: as long',
    problem('rateLimited', 429, 1_000),
    { failures: 1 },
    { retry: 1_000, nonce: 'any' },
  ],
  ['429 with Retry-After 0', problem('rateLimited', 429, 0), { failures: 1 }, { retry: 0 }],
  [
    '429 with a long one: the caller waits',
    problem('rateLimited', 429, 86_400_000),
    { failures: 1 },
    { giveUp: /patience/ },
  ],
  ['429 without one', problem('rateLimited', 429), { failures: 1 }, { giveUp: /rate limit/ }],
  ['rateLimited with another status', problem('rateLimited', 403), { failures: 1 }, { giveUp: /rate limit/ }],
  ['503: backoff', problem('serverInternal', 503), { failures: 1 }, { retry: 250, nonce: 'any' }],
  ['503 again: twice that', problem('serverInternal', 503), { failures: 2 }, { retry: 500 }],
  ['503 a third time: twice that', problem('serverInternal', 503), { failures: 3 }, { retry: 1_000 }],
  ['503 a fourth time', problem('serverInternal', 503), { failures: 4 }, { giveUp: /4 times/ }],
  ['503 with Retry-After: that', problem('serverInternal', 503, 3_000), { failures: 1 }, { retry: 3_000 }],
  [
    '500 without a problem document',
    new AcmeProblem(at, { type: 'about:blank' }, { status: 500 }),
    { failures: 1 },
    { retry: 250 },
  ],
  ['connection reset', transport('reset'), { failures: 1 }, { retry: 250, nonce: 'any' }],
  ['time-out', transport('timeout'), { failures: 1 }, { retry: 250 }],
  ['time-outs for a minute', transport('timeout'), { failures: 2, elapsedMs: 60_000 }, { giveUp: /60000 ms/ }],
  ['an untrusted server', transport('tls'), { failures: 1 }, { giveUp: /again/ }],
  [
    'a certificate that is not there yet',
    problem('malformed', 404, undefined, 'certificate'),
    { failures: 1 },
    { retry: 250 },
  ],
  ['another 404', problem('malformed', 404), { failures: 1 }, { giveUp: /again/ }],
  ['unauthorized', problem('unauthorized', 403), { failures: 1 }, { giveUp: /again/ }],
  ['userActionRequired', problem('userActionRequired', 403), { failures: 1 }, { giveUp: /again/ }],
  ['no JSON', new AcmeProtocolError(at, 'malformed', 'a web page'), { failures: 1 }, { giveUp: /again/ }],
  ['wrong input', new AcmeInputError('no'), { failures: 1 }, { giveUp: /again/ }],
  ['a bug', new TypeError('undefined is not a function'), { failures: 1 }, { giveUp: /again/ }],
])('%s', (_, error, { elapsedMs = 0, ...so }, expected) => {
  const attempts = { badNonces: 0, failures: 0, startedAt: START, jitter: 0.5, ...so };
  const decision = decideRetry(error, attempts, START + elapsedMs, DEFAULT_RETRY_LIMITS);
  if ('giveUp' in expected) {
    expect(decision).toEqual({ action: 'give-up', reason: expect.stringMatching(expected.giveUp) });
  } else {
    expect(decision).toMatchObject({
      action: 'retry',
      afterMs: expected.retry,
      ...(expected.nonce && { nonce: expected.nonce }),
    });
  }
});

describe('whatever the CA answers', () => {
  const anyError = fc.oneof(
    fc.constantFrom(transport('reset'), transport('timeout'), transport('connect')),
    fc
      .record({ status: fc.integer({ min: 400, max: 599 }), retryAfterMs: fc.option(fc.integer({ min: 0, max: 1e9 })) })
      .map(({ status, retryAfterMs }) => problem('serverInternal', status, retryAfterMs ?? undefined)),
    fc.constant(problem('badNonce', 400)),
  );

  test('it ends, and no wait is longer than allowed', () => {
    fc.assert(
      fc.property(fc.infiniteStream(anyError), fc.double({ min: 0, max: 0.999, noNaN: true }), (errors, jitter) => {
        const attempts = { badNonces: 0, failures: 0, startedAt: START, jitter };
        let now = START;
        for (const error of errors) {
          if (error instanceof AcmeProblem && error.is('badNonce')) attempts.badNonces += 1;
          else attempts.failures += 1;
          const decision = decideRetry(error, attempts, now, DEFAULT_RETRY_LIMITS);
          if (decision.action === 'give-up') return true;
          expect(decision.afterMs).toBeLessThanOrEqual(DEFAULT_RETRY_LIMITS.maxWaitMs);
          now += decision.afterMs;
          expect(attempts.badNonces + attempts.failures).toBeLessThan(20);
        }
        return false;
      }),
    );
  });

  test('jitter spreads the backoff between half and one and a half', () => {
    const wait = (jitter: number) => {
      const decision = decideRetry(
        transport('reset'),
        { badNonces: 0, failures: 1, startedAt: START, jitter },
        START,
        DEFAULT_RETRY_LIMITS,
      );
      return decision.action === 'retry' ? decision.afterMs : undefined;
    };
    expect([wait(0), wait(0.999)]).toEqual([125, 375]);
  });
});
