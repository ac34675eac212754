import type { Assignment, Version } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { servedNow, servedThere } from './served.js';

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
  expect(servedThere({ deployment: latest }, version)).toMatchObject({
    standing,
    text: expect.stringContaining(text),
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
