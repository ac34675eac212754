import { ListQuery, pageOf } from '../list.js';
import {
  Account,
  AccountChange,
  AccountLink,
  AccountRegistration,
  DirectoryMeta,
  DirectoryQuestion,
} from '../resources/account.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** Accounts at CAs. */
export const account = {
  directory: {
    method: 'POST',
    path: '/directories',
    summary: "Show a CA's directory: terms, profiles, ARI",
    role: 'admin',
    body: DirectoryQuestion,
    reply: DirectoryMeta,
  },
  register: {
    method: 'POST',
    path: '/accounts',
    summary: 'Register an account at a CA',
    role: 'admin',
    body: AccountRegistration,
    reply: Account,
    status: 201,
  },
  link: {
    method: 'POST',
    path: '/accounts/link',
    summary: 'Use an account that another client has registered, by its key',
    role: 'admin',
    body: AccountLink,
    reply: Account,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/accounts',
    summary: 'List accounts',
    role: 'viewer',
    query: ListQuery,
    reply: pageOf(Account),
  },
  show: {
    method: 'GET',
    path: '/accounts/{name}',
    summary: 'Show an account',
    role: 'viewer',
    params: byName,
    reply: Account,
  },
  change: {
    method: 'PATCH',
    path: '/accounts/{name}',
    summary: "Change an account's e-mail",
    role: 'admin',
    params: byName,
    body: AccountChange,
    reply: Account,
  },
  rollover: {
    method: 'POST',
    path: '/accounts/{name}/rollover',
    summary: "Replace an account's key",
    role: 'admin',
    params: byName,
    reply: Account,
  },
  deactivate: {
    method: 'POST',
    path: '/accounts/{name}/deactivate',
    summary: 'Deactivate an account at the CA, for good',
    role: 'admin',
    params: byName,
    reply: Account,
  },
  delete: {
    method: 'DELETE',
    path: '/accounts/{name}',
    summary: 'Forget an account here; it stays valid at the CA',
    role: 'admin',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
