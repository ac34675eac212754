import { ListQuery, pageOf } from '../list.js';
import { Intermediate, IntermediateAddition } from '../resources/intermediate.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** Certificates of CAs that complete the chains of imported ones. */
export const intermediate = {
  add: {
    method: 'POST',
    path: '/intermediates',
    summary: 'Add an intermediate certificate',
    role: 'operator',
    body: IntermediateAddition,
    reply: Intermediate,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/intermediates',
    summary: 'List intermediate certificates',
    role: 'viewer',
    query: ListQuery,
    reply: pageOf(Intermediate),
  },
  show: {
    method: 'GET',
    path: '/intermediates/{name}',
    summary: 'Show an intermediate certificate',
    role: 'viewer',
    params: byName,
    reply: Intermediate,
  },
  delete: {
    method: 'DELETE',
    path: '/intermediates/{name}',
    summary: 'Delete an intermediate certificate; chains that have it keep it',
    role: 'operator',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
