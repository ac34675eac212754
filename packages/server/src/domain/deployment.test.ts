import type { ReadBack } from '@certfleet/plugins';
import { expect, test } from 'vitest';
import { type AfterReadBack, decideAfterReadBack, type ReadBackFacts } from './deployment.js';
import { days, seconds } from './time.js';

const installedAt = Date.UTC(2027, 2, 4);
const settled = installedAt + seconds(10);
const ours: ReadBack = { outcome: 'served', serial: '02', fingerprintSha256: 'bb' };
const old: ReadBack = { outcome: 'served', serial: '01', fingerprintSha256: 'aa' };
const silent: ReadBack = { outcome: 'no-answer', reason: 'connect to 192.0.2.7:443 timed out.' };
const good = { notAfter: settled + days(20), revokedAt: null };

const otherServed = 'Another certificate is served than the one installed: serial 01.';
const fellSilent = 'Nothing is served any more, though there was an answer before: connect to 192.0.2.7:443 timed out.';

test.each<[string, Partial<ReadBackFacts>, AfterReadBack]>([
  ['what was installed is served', { after: ours }, { next: 'done', status: 'verified' }],
  [
    'served at once, where nothing answered before',
    { before: silent, after: ours },
    { next: 'done', status: 'verified' },
  ],
  ['another is served: what was there comes back', { after: old }, { next: 'restore', reason: otherServed }],
  [
    'another is served, and nothing was there before: ours is taken away',
    { before: silent, after: old, captured: null },
    { next: 'restore', reason: otherServed },
  ],
  [
    'another is served, but what was there is revoked',
    { after: old, captured: { ...good, revokedAt: installedAt - days(1) } },
    {
      next: 'done',
      status: 'failed',
      reason: `${otherServed} What was there before is not put back: it was revoked on 3 March 00:00 UTC.`,
    },
  ],
  [
    'another is served, but what was there has expired',
    { after: old, captured: { ...good, notAfter: settled } },
    {
      next: 'done',
      status: 'failed',
      reason: `${otherServed} What was there before is not put back: it expired on 4 March 00:00 UTC.`,
    },
  ],
  [
    'another is served, and of what was there nothing is known: it comes back',
    { after: old, captured: { notAfter: null, revokedAt: null } },
    { next: 'restore', reason: otherServed },
  ],
  ['an answer before, none now: what was there comes back', { after: silent }, { next: 'restore', reason: fellSilent }],
  [
    'no answer before and none now: unproven, nothing is rolled back',
    { before: silent, after: silent },
    {
      next: 'done',
      status: 'unreachable',
      reason: 'Installed, but not proven: connect to 192.0.2.7:443 timed out.',
    },
  ],
  [
    'no answer now, and nobody looked before: unproven, nothing is rolled back',
    { before: null, after: silent },
    {
      next: 'done',
      status: 'unreachable',
      reason: 'Installed, but not proven: connect to 192.0.2.7:443 timed out.',
    },
  ],
])('%s', (_, facts, expected) => {
  const all: ReadBackFacts = { expected: 'bb', before: old, after: ours, installedAt, captured: good, ...facts };
  expect(decideAfterReadBack(all, settled)).toEqual(expected);
});

test.each<[string, ReadBack, string]>([
  ['the old one is still served', old, otherServed],
  ['it is silent', silent, fellSilent],
])('shortly after installing, %s: it is given a moment', (_, after, reason) => {
  const facts: ReadBackFacts = { expected: 'bb', before: old, after, installedAt, captured: good };
  const soon = settled - 1;
  expect(decideAfterReadBack(facts, soon)).toEqual({ next: 'look-again', at: soon + seconds(1), reason });
});
