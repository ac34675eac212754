import { z } from 'zod';
import { pageOf, searchable } from '../list.js';
import { Name } from '../primitives.js';
import { Domain, DomainCreation, DomainPattern, UnprovableNames } from '../resources/domain.js';
import type { Operation } from './operation.js';

const byPattern = z.object({ pattern: DomainPattern });

/** Which solver proves which names. */
export const domain = {
  create: {
    method: 'POST',
    path: '/domains',
    summary: 'Bind a name or a suffix to the solver that proves it',
    role: 'admin',
    body: DomainCreation,
    reply: Domain,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/domains',
    summary: 'List domains',
    role: 'viewer',
    query: searchable('In patterns.').extend({ solver: Name.optional().describe('Those of this solver alone.') }),
    reply: pageOf(Domain),
  },
  unprovable: {
    method: 'GET',
    path: '/domains/unprovable',
    summary: 'List the names of certificates that nobody can prove as things are configured',
    role: 'viewer',
    reply: UnprovableNames,
  },
  delete: {
    method: 'DELETE',
    path: '/domains/{pattern}',
    summary: 'Delete a domain',
    role: 'admin',
    params: byPattern,
  },
} as const satisfies Record<string, Operation>;
