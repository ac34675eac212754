import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainError } from './errors.js';
import {
  classifyFailure,
  decideRetry,
  explainRetry,
  type Retry,
  refusesForGood,
  retryWithNextAccount,
} from './retry.js';
import { type Duration, days, hours, type Instant, minutes, seconds } from './time.js';

const now = Date.UTC(2027, 2, 4);
const never = () => 0;
const halfway = () => 0.5;

/** The shapes of the errors of packages/acme and packages/plugins. */
const problem = (name: string, more: object = {}) => ({
  name: 'AcmeProblem',
  type: `urn:ietf:params:acme:error:${name}`,
  subproblems: [],
  ...more,
});
const pluginError = (reason: string, more: object = {}) => ({ name: 'PluginError', reason, ...more });
const refused = problem('incorrectResponse');

test.each<[string, number, Instant | null, Duration, Retry['reason']]>([
  ['first failure: a minute', 1, null, minutes(1), 'schedule'],
  ['second: ten minutes', 2, null, minutes(10), 'schedule'],
  ['third: a hundred minutes', 3, null, minutes(100), 'schedule'],
  ['fourth: a day', 4, null, days(1), 'schedule'],
  ['hundredth: a day', 100, null, days(1), 'schedule'],
  ['a day, with a month of life left', 5, now + days(30), days(1), 'schedule'],
  ['a day of life left: half of it', 5, now + days(1), hours(12), 'not-after-near'],
  ['an hour left: half of it', 5, now + hours(1), minutes(30), 'not-after-near'],
  ["a minute left: no faster than the CA's limit on failures", 5, now + minutes(1), minutes(12), 'not-after-near'],
  ['expired an hour ago: half an hour', 9, now - hours(1), minutes(30), 'not-after-near'],
  ['expired a week ago: daily again', 9, now - days(7), days(1), 'schedule'],
  ['first failure an hour before notAfter: still a minute', 1, now + hours(1), minutes(1), 'schedule'],
])('%s', (_, failures, notAfter, wait, reason) => {
  expect(decideRetry(refused, failures, notAfter, now, never)).toEqual({ giveUp: false, at: now + wait, reason });
  const jittered = decideRetry(refused, failures, notAfter, now, halfway);
  expect(jittered, 'half of the jitter of a fifth').toMatchObject({ at: now + Math.round(wait * 1.1) });
});

test.each<[string, number, Duration]>([
  ['as said', minutes(36), minutes(36)],
  ['too short: a minute', seconds(1), minutes(1)],
  ['too long: a day', days(30), days(1)],
])('Retry-After %s', (_, retryAfterMs, wait) => {
  const limited = problem('rateLimited', { retryAfterMs });
  expect(decideRetry(limited, 4, now + hours(1), now, never)).toEqual({
    giveUp: false,
    at: now + wait,
    reason: 'retry-after',
  });
});

describe('what an error means', () => {
  test.each<[string, unknown, 'person' | 'transient' | 'wait']>([
    ['new terms of service', problem('userActionRequired'), 'person'],
    ['a name that the CA refuses', problem('rejectedIdentifier'), 'person'],
    ['an unknown profile', problem('invalidProfile'), 'person'],
    ['no external account binding', problem('externalAccountRequired'), 'person'],
    ['an account that is gone', problem('accountDoesNotExist'), 'person'],
    [
      'one name of several refused',
      problem('compound', { subproblems: [problem('dns'), problem('rejectedIdentifier')] }),
      'person',
    ],
    ['a wrong answer to a challenge', problem('incorrectResponse'), 'transient'],
    ['a CAA record: someone may change it out there', problem('caa'), 'transient'],
    ['the CA in trouble', problem('serverInternal', { status: 503 }), 'transient'],
    ['the CA in trouble, with Retry-After', problem('serverInternal', { retryAfterMs: 5000 }), 'wait'],
    ['a Retry-After that is no number', problem('rateLimited', { retryAfterMs: Number.NaN }), 'transient'],
    ['a Retry-After of nothing', problem('rateLimited', { retryAfterMs: 0 }), 'transient'],
    ['the CA out of reach', { name: 'AcmeTransportError', failure: 'connect' }, 'transient'],
    ['a chain that must not be installed', { name: 'AcmeProtocolError', fault: 'certificate' }, 'transient'],
    ['something that was never sent', { name: 'AcmeInputError' }, 'person'],
    ["a plugin's credentials", pluginError('credentials'), 'person'],
    ["a plugin's configuration", pluginError('config'), 'person'],
    ['a plugin that must wait', pluginError('rateLimited', { retryAfterMs: 1000 }), 'wait'],
    ['a plugin without connection', pluginError('unavailable'), 'transient'],
    ['a plugin in conflict', pluginError('conflict'), 'transient'],
    ['something else served than installed', pluginError('verificationFailed'), 'transient'],
    ['no solver', new DomainError('unprovable', 'No solver proves a.example.'), 'person'],
    ['HAProxy down', new DomainError('haproxy-unavailable', 'HAProxy does not answer.'), 'transient'],
    ['a full disk', new DomainError('store-full', 'The disk is full.'), 'transient'],
    ['a defect', new TypeError('x is undefined'), 'transient'],
    ['not even an error', undefined, 'transient'],
  ])('%s', (_, error, kind) => {
    expect(classifyFailure(error).kind).toBe(kind);
  });
});

describe('whether an account’s CA refuses for good, so that another account is worth trying', () => {
  const at = (operation: string, name: string, more: object = {}) => problem(name, { operation, ...more });
  test.each<[string, unknown, boolean]>([
    ['a name that the CA refuses', at('newOrder', 'rejectedIdentifier'), true],
    ['a name that it refuses only when it is to be issued', at('finalize', 'rejectedIdentifier'), true],
    ['one name of several', at('newOrder', 'compound', { subproblems: [problem('rejectedIdentifier')] }), true],
    ['an IP address that the CA does not do', at('newOrder', 'unsupportedIdentifier'), true],
    ['a profile that the CA does not have', at('newOrder', 'invalidProfile'), true],
    ['a key that the CA does not take', at('finalize', 'badPublicKey'), true],
    ['new terms of service', at('newOrder', 'userActionRequired'), true],
    ['an account that is gone', at('newOrder', 'accountDoesNotExist'), true],
    ['an account that it takes no orders from', at('newOrder', 'unauthorized', { status: 401 }), true],
    ['a CAA record that names other CAs', at('http-01 of a.example', 'caa'), true],
    ['a name that could not be proven', at('http-01 of a.example', 'unauthorized', { status: 403 }), false],
    ['a wrong answer to a challenge', at('http-01 of a.example', 'incorrectResponse'), false],
    ['a name without an address', at('http-01 of a.example', 'dns'), false],
    ['the CA in trouble', at('newOrder', 'serverInternal', { status: 500 }), false],
    ['a limit of the CA', at('newOrder', 'rateLimited'), false],
    ['the CA out of reach', { name: 'AcmeTransportError', failure: 'connect' }, false],
    ["a plugin's credentials", pluginError('credentials'), false],
    ['no solver', new DomainError('unprovable', 'No solver proves a.example.'), false],
    ['not even an error', undefined, false],
  ])('%s', (_, error, refuses) => {
    expect(refusesForGood(error)).toBe(refuses);
  });
});

test('the next account tries a minute later, never sooner', () => {
  const retry = { giveUp: false, reason: 'next-account', account: 'second' };
  expect(retryWithNextAccount('second', now, never)).toEqual({ ...retry, at: now + minutes(1) });
  expect(retryWithNextAccount('second', now, halfway)).toEqual({ ...retry, at: now + minutes(1.1) });
});

test('what only a person can cure is given up', () => {
  expect(decideRetry(problem('userActionRequired'), 1, now + hours(1), now, never)).toEqual({
    giveUp: true,
    reason: 'needs-a-person',
  });
});

test('as long as there is life left, there is another attempt within it, no faster than the CA allows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 2000 }),
      fc.integer({ min: minutes(15), max: days(400) }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, left, dice) => {
        const retry = decideRetry(refused, failures, now + left, now, () => dice);
        const at = retry.giveUp ? 0 : retry.at;
        expect(at).toBeLessThan(now + left);
        expect(at).toBeGreaterThanOrEqual(now + Math.min(minutes(12), left));
      },
    ),
  );
});

test.each<[Retry, number, string]>([
  [
    { giveUp: false, at: now + minutes(10), reason: 'schedule' },
    2,
    'Failed 2 times in a row; next attempt 4 March 00:10 UTC, in 10 minutes',
  ],
  [
    { giveUp: false, at: now + minutes(36), reason: 'retry-after' },
    1,
    'Failed once; next attempt 4 March 00:36 UTC, in 36 minutes, as the other side asked',
  ],
  [
    { giveUp: false, at: now + hours(12), reason: 'not-after-near' },
    5,
    'Failed 5 times in a row; next attempt 4 March 12:00 UTC, in 12 hours, sooner than usual because notAfter is near',
  ],
  [
    { giveUp: false, at: now + minutes(1), reason: 'next-account', account: 'second' },
    1,
    "Failed once; next attempt 4 March 00:01 UTC, in 60 seconds, with the policy's next account, second",
  ],
  [
    { giveUp: true, reason: 'needs-a-person' },
    1,
    'Failed once; it can only work once someone changes what the error names',
  ],
])('in words for people: $reason', (retry, failures, text) => {
  expect(explainRetry(retry, failures, now)).toBe(text);
});
