import { ListQuery, pageOf } from '../list.js';
import { User, UserChange, UserCreation } from '../resources/user.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** Who may sign in. */
export const user = {
  create: {
    method: 'POST',
    path: '/users',
    summary: 'Create a user',
    role: 'admin',
    body: UserCreation,
    reply: User,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/users',
    summary: 'List users',
    role: 'admin',
    query: ListQuery,
    reply: pageOf(User),
  },
  change: {
    method: 'PATCH',
    path: '/users/{name}',
    summary: "Change a user's role or password",
    role: 'admin',
    params: byName,
    body: UserChange,
    reply: User,
  },
  delete: {
    method: 'DELETE',
    path: '/users/{name}',
    summary: 'Delete a user',
    role: 'admin',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
