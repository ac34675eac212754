import { expect, test } from 'vitest';
import { orderSteps, stepAt } from './steps.js';

const none = { issuance: null, progress: undefined, isDeploying: false };
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
  ['stored, and brought to its targets', { progress: { step: 'done' }, isDeploying: true }, 'Deploy'],
  ['deployed again, without an order', { isDeploying: true }, 'Deploy'],
  ['all done while someone looked', { progress: { step: 'done' } }, 'all done'],
  ['failed while someone looked', { progress: { step: 'failed' } }, null],
  ['a word of a step, but no order was read', { progress: { step: 'validating' } }, null],
  ['a step that this page does not know', { issuance: { step: 'something-new' } }, 'Plan'],
])('%s', (_, facts, title) => {
  expect(titleAt(stepAt({ ...none, ...facts }))).toBe(title);
});
