import { expect, test } from 'vitest';
import { deploymentState } from './deployment.js';

test('only what a handshake has read counts as well', () => {
  const at = (status: string) => deploymentState({ status } as Parameters<typeof deploymentState>[0]).standing;
  expect([at('verified'), at('installed'), at('failed'), deploymentState(null).standing]).toEqual([
    ...['good', 'busy', 'bad', 'busy'],
  ]);
});
