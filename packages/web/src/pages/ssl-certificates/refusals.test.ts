import type { Certificate } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { type Refusals, refusalsOf } from './refusals.js';

const acme = { source: 'acme', assignments: 0, toBeRevoked: [] } as const;
const imported = { ...acme, source: 'imported' } as const;
const pending = [{ version: 3 }] as Certificate['toBeRevoked'];

test.each<[string, Parameters<typeof refusalsOf>[0], Partial<Record<keyof Refusals, string>>]>([
  ['an ACME certificate that nothing uses', { ...acme, toBeRevoked: [] }, { replace: 'it is renewed, not replaced' }],
  [
    'an ACME certificate in use',
    { ...acme, assignments: 1, toBeRevoked: [] },
    { replace: 'not replaced', delete: 'in use at 1 place: take it off' },
  ],
  [
    'an imported one in use',
    { ...imported, assignments: 2, toBeRevoked: [] },
    { renew: 'replace it', challengeServices: 'nobody here proves', delete: 'in use at 2 places' },
  ],
  ['one to be revoked', { ...acme, toBeRevoked: pending }, { replace: 'not replaced', delete: 'Version 3 is still' }],
])('%s', (_, certificate, expected) => {
  const refusals = Object.entries(refusalsOf(certificate)).filter(([, why]) => why !== null);
  expect(refusals.map(([button]) => button).sort()).toEqual(Object.keys(expected).sort());
  for (const [button, why] of refusals) expect(why).toContain(expected[button as keyof Refusals]);
});
