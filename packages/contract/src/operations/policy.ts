import { pageOf, searchable } from '../list.js';
import { Name } from '../primitives.js';
import { Policy, PolicyChange, PolicyCreation, RenewalAnswer, RenewalQuestion } from '../resources/policy.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** What certificates have in common: accounts, key, renewal. */
export const policy = {
  create: {
    method: 'POST',
    path: '/policies',
    summary: 'Create a policy',
    role: 'admin',
    body: PolicyCreation,
    reply: Policy,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/policies',
    summary: 'List policies',
    role: 'viewer',
    query: searchable().extend({
      account: Name.optional().describe('Those that use this account.'),
      solver: Name.optional().describe('Those whose default is this solver.'),
    }),
    reply: pageOf(Policy),
  },
  show: {
    method: 'GET',
    path: '/policies/{name}',
    summary: 'Show a policy',
    role: 'viewer',
    params: byName,
    reply: Policy,
  },
  renewals: {
    method: 'GET',
    path: '/renewal-periods',
    summary: 'Show what a renewal rule comes to for certificates of usual lifetimes',
    role: 'viewer',
    query: RenewalQuestion,
    reply: RenewalAnswer,
  },
  change: {
    method: 'PATCH',
    path: '/policies/{name}',
    summary: 'Change a policy',
    role: 'admin',
    params: byName,
    body: PolicyChange,
    reply: Policy,
  },
  delete: {
    method: 'DELETE',
    path: '/policies/{name}',
    summary: 'Delete a policy that nothing uses',
    role: 'admin',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
