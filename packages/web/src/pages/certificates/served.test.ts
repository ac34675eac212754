import type { Assignment, Version } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { servedThere } from './served.js';

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
