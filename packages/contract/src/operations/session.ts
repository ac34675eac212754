import { PasswordChange, Session, Setup, SignIn } from '../resources/user.js';
import type { Operation } from './operation.js';

/** Signing in and out, one's own password, and the first administrator. */
export const session = {
  setup: {
    method: 'POST',
    path: '/setup',
    summary: 'Make the first administrator',
    role: 'anyone',
    body: Setup,
    reply: Session,
    status: 201,
  },
  create: {
    method: 'POST',
    path: '/session',
    summary: 'Sign in',
    role: 'anyone',
    body: SignIn,
    reply: Session,
    status: 201,
  },
  show: { method: 'GET', path: '/session', summary: 'Who am I', role: 'viewer', reply: Session },
  changePassword: {
    method: 'POST',
    path: '/session/password',
    summary: 'Choose another password for oneself; all other sessions end',
    role: 'viewer',
    body: PasswordChange,
    reply: Session,
  },
  delete: { method: 'DELETE', path: '/session', summary: 'Sign out', role: 'viewer' },
} as const satisfies Record<string, Operation>;
