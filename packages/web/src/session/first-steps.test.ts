import { expect, test } from 'vitest';
import { type Belongings, type FirstStep, firstSteps } from './first-steps.js';

const one = [{}];
const valid = [{ status: 'valid' as const }];
const nothing: Belongings = { accounts: [], solvers: [], policies: [], certificates: [] };

test.each<[string, Partial<Belongings>, FirstStep[]]>([
  [
    'nothing yet: all, in the order in which they build on each other',
    {},
    ['account', 'proof', 'policy', 'certificate'],
  ],
  ['an account', { accounts: valid }, ['proof', 'policy', 'certificate']],
  [
    'an account that the CA has not taken',
    { accounts: [{ status: 'registering' }, { status: 'failed' }], solvers: one },
    ['account', 'policy', 'certificate'],
  ],
  ['the account was left for later', { solvers: one }, ['account', 'policy', 'certificate']],
  ['ready to ask', { accounts: valid, solvers: one, policies: one }, ['certificate']],
  ['all done', { accounts: valid, solvers: one, policies: one, certificates: one }, []],
  ['imported certificates alone', { certificates: one }, ['account', 'proof', 'policy']],
])('%s', (_, belongings, missing) => {
  expect(firstSteps({ ...nothing, ...belongings })).toEqual(missing);
});
