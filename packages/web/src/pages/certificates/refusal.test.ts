import type { Certificate } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { type Deed, refusalOf } from './refusal.js';

const version = { number: 1, revokedAt: null } as Certificate['version'];
const certificate = (facts: Partial<Certificate>) =>
  ({ name: 'www', source: 'acme', version, assignments: 0, toBeRevoked: [], ...facts }) as Certificate;
const revoked = { number: 1, revokedAt: '2026-01-01T00:00:00Z' } as Certificate['version'];
const toBeRevoked = [{ version: 1 }] as Certificate['toBeRevoked'];

test.each<[Deed, Partial<Certificate>, string | null]>([
  ['order', {}, null],
  ['order', { issuance: { needsPerson: false } as Certificate['issuance'] }, null],
  ['order', { issuance: { needsPerson: true } as Certificate['issuance'] }, 'Its order is under way'],
  ['renew', {}, null],
  ['renew', { version: null }, null],
  ['renew', { source: 'imported' }, 'It was imported'],
  ['revoke', {}, null],
  ['revoke', { version: null }, 'Nothing was issued'],
  ['revoke', { version: revoked }, 'revoked already'],
  ['revoke', { source: 'imported' }, 'It was imported'],
  ['delete', {}, null],
  ['delete', { assignments: 1 }, 'assigned to a target'],
  ['delete', { assignments: 3 }, 'assigned to 3 targets'],
  ['delete', { toBeRevoked }, 'still to be revoked'],
  ['export', {}, null],
  ['export', { version: null }, 'Nothing was issued'],
])('%s %j: %s', (deed, facts, reason) => {
  const refusal = refusalOf(deed, certificate(facts));
  expect(refusal).toEqual(reason === null ? null : expect.stringContaining(reason));
});
