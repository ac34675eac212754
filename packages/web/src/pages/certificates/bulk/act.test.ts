import type { BulkChange, BulkSelection } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { actOf, type Details, firstDetails } from './act.js';

test.each<[BulkChange['action'], Partial<Details>, BulkChange | null]>([
  ['renew', { target: 'vs-2' }, { action: 'renew' }],
  ['delete', {}, { action: 'delete' }],
  ['assign', {}, null],
  ['assign', { target: 'vs-2' }, { action: 'assign', target: 'vs-2', isDefault: false }],
  ['assign', { target: 'vs-2', isDefault: true }, { action: 'assign', target: 'vs-2', isDefault: true }],
  ['unassign', {}, null],
  ['unassign', { target: 'vs-2' }, { action: 'unassign', target: 'vs-2' }],
  ['revoke', {}, { action: 'revoke', reason: 'unspecified', replaceFirst: true }],
  [
    'revoke',
    { reason: 'keyCompromise', replaceFirst: false },
    { action: 'revoke', reason: 'keyCompromise', replaceFirst: false },
  ],
])('%s with %j', (action, details, act) => {
  expect(actOf(action, { ...firstDetails(action, { filter: {} }), ...details })).toEqual(act);
});

test.each<[BulkChange['action'], BulkSelection, string | null]>([
  ['unassign', { filter: { target: 'vs-2' } }, 'vs-2'],
  ['unassign', { filter: {} }, null],
  ['unassign', { certificates: ['www'] }, null],
  ['assign', { filter: { target: 'vs-2' } }, null],
])('%s for %j is first about the target %s', (action, selection, target) => {
  expect(firstDetails(action, selection).target).toBe(target);
});
