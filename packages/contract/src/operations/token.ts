import { ListQuery, pageOf } from '../list.js';
import { Name } from '../primitives.js';
import { NewToken, Token, TokenCreation } from '../resources/user.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** What scripts sign in with. */
export const token = {
  create: {
    method: 'POST',
    path: '/tokens',
    summary: 'Create an API token; it is shown once',
    role: 'admin',
    body: TokenCreation,
    reply: NewToken,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/tokens',
    summary: 'List API tokens',
    role: 'admin',
    query: ListQuery.extend({
      user: Name.optional().describe('The LoadMaster API keys of this user, and the tokens that they created.'),
    }),
    reply: pageOf(Token),
  },
  delete: {
    method: 'DELETE',
    path: '/tokens/{name}',
    summary: 'Delete an API token',
    role: 'admin',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
