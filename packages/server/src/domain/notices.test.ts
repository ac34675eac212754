import type { NoticeKind } from '@certfleet/contract';
import { expect, test } from 'vitest';
import {
  type Happening,
  mostSevere,
  type NoticeCounts,
  nextDelivery,
  subjectOf,
  summarize,
  toldAs,
  type Wishes,
  withholdHeartbeat,
} from './notices.js';
import { hours, minutes, seconds } from './time.js';

const everything: Wishes = {
  kinds: ['issued', 'renewed', 'new-key', 'failed', 'expiring', 'revoked'],
  severity: 'info',
  labels: [],
};
const renewed: Happening = { kinds: ['renewed', 'new-key'], severity: 'info', message: '' };
const close: Happening = { kinds: ['failed', 'expiring'], severity: 'critical', message: '' };
const labels = { team: 'shop', env: 'prod' };

test.each<[string, Partial<Wishes>, Happening, NoticeKind | null]>([
  ['everything', {}, renewed, 'renewed'],
  ['nothing', { kinds: [] }, renewed, null],
  ['only new keys: a renewal with one', { kinds: ['new-key'] }, renewed, 'new-key'],
  ['only new keys: a renewal without', { kinds: ['new-key'] }, { ...renewed, kinds: ['renewed'] }, null],
  ['only failures', { kinds: ['failed'] }, close, 'failed'],
  ['only what expires', { kinds: ['expiring'] }, close, 'expiring'],
  ['from warning on: info', { severity: 'warning' }, renewed, null],
  ['from warning on: critical', { severity: 'warning' }, close, 'failed'],
  ['from critical on: critical', { severity: 'critical' }, close, 'failed'],
  ['a label by its key', { labels: ['team'] }, renewed, 'renewed'],
  ['a label with its value', { labels: ['team=shop', 'env=prod'] }, renewed, 'renewed'],
  ['a label with another value', { labels: ['team=shop', 'env=test'] }, renewed, null],
  ['a label that it has not', { labels: ['owner'] }, renewed, null],
  ['a key that every object has', { labels: ['toString'] }, renewed, null],
  ['a value that is not there', { labels: ['toString='] }, renewed, null],
])('a channel that tells %s', (_, wishes, happening, expected) => {
  expect(toldAs({ ...everything, ...wishes }, happening, labels)).toBe(expected);
});

test('the most severe of several', () => {
  expect(mostSevere([])).toBe('info');
  expect(mostSevere(['info', 'critical', 'warning'])).toBe('critical');
});

test.each<[NoticeCounts, string]>([
  [{ renewed: 40, failed: 2, expiring: 1 }, '2 failures, 1 about to expire, 40 renewed'],
  [{ 'new-key': 2, failed: 1, issued: 1, revoked: 3 }, '1 failure, 3 revoked, 2 new keys, 1 issued'],
  [{}, ''],
])('%j in one line', (counts, expected) => {
  expect(summarize(counts)).toBe(expected);
});

test('the subject names a single certificate, and counts several', () => {
  expect(subjectOf({ failed: 1 }, { kind: 'failed', certificate: 'www' })).toBe('Certfleet: www failed');
  expect(subjectOf({ failed: 1, renewed: 1 }, { kind: 'failed', certificate: 'www' })).toBe(
    'Certfleet: 1 failure, 1 renewed',
  );
});

const unreachable = Object.assign(new Error('no route'), { name: 'PluginError', reason: 'unavailable' });
const wrongPassword = Object.assign(new Error('535'), { name: 'PluginError', reason: 'credentials' });
const throttled = (retryAfterMs: number) =>
  Object.assign(new Error('429'), { name: 'PluginError', reason: 'rateLimited', retryAfterMs });

test.each<[string, number, unknown, number]>([
  ['the first failure', 1, unreachable, minutes(1)],
  ['the second', 2, unreachable, minutes(5)],
  ['the third', 3, unreachable, minutes(15)],
  ['the hundredth', 100, unreachable, hours(1)],
  ['a wrong password', 1, wrongPassword, hours(1)],
  ['asked to wait for ten minutes', 1, throttled(minutes(10)), minutes(10)],
  ['asked to wait for a second', 5, throttled(seconds(1)), minutes(1)],
])('after %s it is tried again later', (_, attempts, error, wait) => {
  expect(nextDelivery(attempts, error, 1000) - 1000).toBe(wait);
});

const late = 'Work has been due for more than 15 minutes and is not done.';
test.each<[string, Parameters<typeof withholdHeartbeat>[0], string | null]>([
  ['it works', { paused: null, lag: 0 }, null],
  ['work is a little late', { paused: null, lag: minutes(15) }, null],
  ['work is not done', { paused: null, lag: minutes(16) }, late],
  // The same words as long as it lasts: what is new is an event and a warning.
  ['nor later', { paused: null, lag: minutes(21) }, late],
  ['it is paused', { paused: 'Restored.', lag: 0 }, 'Certfleet is paused: Restored.'],
])('the heartbeat: %s', (_, work, expected) => {
  expect(withholdHeartbeat(work, minutes(15))).toBe(expected);
});
