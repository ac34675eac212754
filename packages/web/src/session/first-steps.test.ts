import { expect, test } from 'vitest';
import { type Belongings, type FirstStep, firstSteps } from './first-steps.js';

const nothing: Belongings = { accounts: 0, solvers: 0, policies: 0, certificates: 0 };

test.each<[string, Partial<Belongings>, FirstStep[]]>([
  [
    'nothing yet: all, in the order in which they build on each other',
    {},
    ['account', 'proof', 'policy', 'certificate'],
  ],
  ['an account', { accounts: 1 }, ['proof', 'policy', 'certificate']],
  ['the account was left for later', { solvers: 2 }, ['account', 'policy', 'certificate']],
  ['ready to ask', { accounts: 1, solvers: 1, policies: 1 }, ['certificate']],
  ['all done', { accounts: 1, solvers: 1, policies: 1, certificates: 9 }, []],
  ['imported certificates alone', { certificates: 3 }, ['account', 'proof', 'policy']],
])('%s', (_, belongings, missing) => {
  expect(firstSteps({ ...nothing, ...belongings })).toEqual(missing);
});
