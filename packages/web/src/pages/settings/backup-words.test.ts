import { expect, test } from 'vitest';
import { restoredInWords } from './backup-words.js';

test.each<[Record<string, number>, string]>([
  [{ account: 1, policy: 2, user: 0, virtual_service: 3 }, '1 account, 2 policies, 3 virtual services'],
  [{ user: 0 }, 'nothing'],
])('%j is %s', (restored, words) => {
  expect(restoredInWords({ restored })).toBe(words);
});
