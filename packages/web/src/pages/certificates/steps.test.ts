import type { Assignment } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { type Deployed, deployedOf, orderSteps, stepAt } from './steps.js';

const none = { issuance: null, progress: undefined, deployed: null };
const titleAt = (at: number | null) => (at === null ? null : (orderSteps[at]?.title ?? 'all done'));

test.each<[string, Partial<Parameters<typeof stepAt>[0]>, string | null]>([
  ['nothing is under way', {}, null],
  ['key and request are written down', { issuance: { step: 'new' } }, 'Order'],
  ['the CA has the order', { issuance: { step: 'created' } }, 'Read'],
  ['what was said moves it on', { issuance: { step: 'new' }, progress: { step: 'validating' } }, 'Validate'],
  [
    'what was said earlier does not move it back',
    { issuance: { step: 'finalizing' }, progress: { step: 'new' } },
    'Issue',
  ],
  ['the order before was done', { issuance: { step: 'presenting' }, progress: { step: 'done' } }, 'Present'],
  ['the order before has failed', { issuance: { step: 'new' }, progress: { step: 'failed' } }, 'Order'],
  ['stored, and brought to its targets', { progress: { step: 'done' }, deployed: 'under-way' }, 'Deploy'],
  ['deployed again, without an order', { deployed: 'under-way' }, 'Deploy'],
  ['all done while someone looked', { progress: { step: 'done' }, deployed: 'proven' }, 'all done'],
  ['issued, but not read everywhere', { progress: { step: 'done' }, deployed: 'unproven' }, 'Deploy'],
  ['issued, and nobody knows yet where it is', { progress: { step: 'done' } }, 'Deploy'],
  ['deployed wrongly before someone looked', { deployed: 'unproven' }, null],
  ['failed while someone looked', { progress: { step: 'failed' } }, null],
  ['a word of a step, but no order was read', { progress: { step: 'validating' } }, null],
  ['a step that this page does not know', { issuance: { step: 'something-new' } }, 'Plan'],
])('%s', (_, facts, title) => {
  expect(titleAt(stepAt({ ...none, ...facts }))).toBe(title);
});

type Deployment = NonNullable<Assignment['deployment']>;

test.each<[string, ([number, Deployment['status']] | null)[], Deployed]>([
  ['nowhere', [], 'proven'],
  ['not begun', [null], 'under-way'],
  ['of the version before', [[1, 'verified']], 'under-way'],
  ['begun', [[2, 'installed']], 'under-way'],
  ['read', [[2, 'verified']], 'proven'],
  [
    'nothing answers at one',
    [
      [2, 'verified'],
      [2, 'unreachable'],
    ],
    'unproven',
  ],
  [
    'put back at one',
    [
      [2, 'rolled-back'],
      [2, 'verified'],
    ],
    'unproven',
  ],
  ['failed at one, and the next is to come', [[2, 'failed'], null], 'under-way'],
])('deployed: %s', (_, attempts, deployed) => {
  const deployment = { id: '', error: null, servedSerial: null, at: '' };
  const assignments = attempts.map(attempt => ({
    deployment: attempt && { ...deployment, version: attempt[0], status: attempt[1] },
  }));
  expect(deployedOf(assignments, 2)).toBe(deployed);
});
