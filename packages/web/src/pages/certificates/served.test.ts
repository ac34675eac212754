import type { Assignment, Served, Version } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { servedNow, servedThere, whereServed } from './served.js';

type Deployment = NonNullable<Assignment['deployment']>;
const current = { number: 2, serial: 'ab' } as Version;
const deployment = (facts: Partial<Deployment>): Deployment => ({
  ...{ id: '', version: 2, status: 'verified', error: null, servedSerial: 'ab', at: '' },
  ...facts,
});

test.each<[string, Version | null, Deployment | null, string, string]>([
  ['nothing issued', null, null, 'busy', 'as soon as it is issued'],
  ['issued, not brought yet', current, null, 'busy', 'not been brought here'],
  ['served', current, deployment({}), 'good', 'has read version 2'],
  [
    'the one before',
    current,
    deployment({ version: 1, servedSerial: 'aa' }),
    'busy',
    'Version 1 is served until version 2',
  ],
  ['pending', current, deployment({ status: 'pending', servedSerial: null }), 'busy', 'being brought here'],
  [
    'nothing answers',
    current,
    deployment({ status: 'unreachable', error: 'Timeout.' }),
    'attention',
    'prove it. Timeout.',
  ],
  ['failed', current, deployment({ status: 'failed', error: 'No such file.' }), 'bad', 'No such file.'],
  ['taken back', current, deployment({ status: 'rolled-back' }), 'bad', 'what was here before is back'],
])('%s', (_, version, latest, standing, text) => {
  expect(servedThere({ deployment: latest, toBeTakenOff: null }, version)).toMatchObject({
    standing,
    text: expect.stringContaining(text),
  });
});

test.each([
  ['Certfleet is paused.', 'Certfleet is paused.'],
  [null, 'Other work on the certificate comes first.'],
])('to be taken off, which waits: %s', (reason, text) => {
  const toBeTakenOff = { since: '', reason };
  expect(servedThere({ deployment: deployment({}), toBeTakenOff }, current)).toEqual({
    ...{ standing: 'busy', word: 'to be taken off', text },
  });
});

test.each([
  ['as-it-should', { serial: 'ab', version: 2 }, 'good', 'Version 2.'],
  ['older', { serial: 'aa', version: 1 }, 'busy', 'Version 1 instead of 2.'],
  ['other', { serial: 'ff', version: null }, 'bad', 'Another certificate than version 2.'],
  ['no-answer', null, 'attention', 'Nobody listens.'],
  ['failed', null, 'bad', 'Nobody listens.'],
] as const)('read now: %s', (state, served, standing, text) => {
  const reason = served === null ? 'Nobody listens.' : null;
  const seen = { target: 'vs-2', state, expected: { version: 2, serial: 'ab' }, served, reason, at: '' };
  expect(servedNow(seen)).toMatchObject({ standing, text });
});

describe('where version 1 is served', () => {
  const look = (target: string, version: number | null, state: Served['state'] = 'other'): Served => ({
    ...{ target, state, expected: { version: 2, serial: 'ab' }, reason: null, at: '' },
    served: version === null ? null : { serial: 'aa', version },
  });
  test.each<[string, Served[], string | null, string]>([
    ['assigned nowhere', [], null, 'The certificate is assigned nowhere.'],
    ['another version is', [look('vs-2', 2, 'as-it-should')], null, 'No handshake has read it just now.'],
    [
      'put back after the next one failed',
      [look('vs-2', 1, 'older'), look('vs-3', 2, 'as-it-should')],
      null,
      'It is served on vs-2, as handshakes have just read.',
    ],
    [
      'nothing answers',
      [look('vs-2', null, 'no-answer')],
      null,
      'No handshake has read it just now. What vs-2 serves could not be read.',
    ],
    [
      'more than were looked at',
      [look('vs-2', 1, 'older')],
      'next',
      'It is served on vs-2, as handshakes have just read. Only the first 1 of its targets were looked at.',
    ],
  ])('%s', (_, items, nextCursor, text) => {
    expect(whereServed(1, { items, nextCursor })).toBe(text);
  });
});
