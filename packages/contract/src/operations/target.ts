import { z } from 'zod';
import { pageOf, searchable } from '../list.js';
import { Target, TargetCreation } from '../resources/target.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** Where certificates can be put. */
export const target = {
  create: {
    method: 'POST',
    path: '/targets',
    summary: 'Create a target',
    role: 'operator',
    body: TargetCreation,
    reply: Target,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/targets',
    summary: 'List targets',
    role: 'viewer',
    query: searchable('In names, and in names and addresses of their virtual services.').extend({
      type: z.string().max(50).optional().describe('Those of this type.'),
    }),
    reply: pageOf(Target),
  },
  show: {
    method: 'GET',
    path: '/targets/{name}',
    summary: 'Show a target',
    role: 'viewer',
    params: byName,
    reply: Target,
  },
  delete: {
    method: 'DELETE',
    path: '/targets/{name}',
    summary: 'Delete a target that nothing is assigned to',
    role: 'operator',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
