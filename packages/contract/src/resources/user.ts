import { z } from 'zod';
import { Id, Name, Timestamp } from '../primitives.js';

/**
 * viewer sees all but secrets; operator also requests, renews, deploys and edits virtual services; admin also accounts,
 * policies, solvers with credentials, users, tokens, key export, revocation and restore.
 */
export const Role = z.enum(['viewer', 'operator', 'admin']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

export const User = z
  .object({ id: Id, name: Name, role: Role, createdAt: Timestamp, lastSignInAt: Timestamp.nullable() })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const Password = z.string().min(12, 'At least 12 characters.').max(200);
export const UserCreation = z.object({ name: Name, role: Role, password: Password }).meta({ id: 'UserCreation' });
export type UserCreation = z.infer<typeof UserCreation>;
export const UserChange = z.object({ role: Role, password: Password }).partial().meta({ id: 'UserChange' });
export type UserChange = z.infer<typeof UserChange>;

/** The first administrator, made with the one-time set-up link's code. */
export const Setup = z.object({ code: z.string().max(200), name: Name, password: Password }).meta({ id: 'Setup' });
export const SignIn = z.object({ name: z.string().max(128), password: z.string().max(200) }).meta({ id: 'SignIn' });
/** Of whoever is signed in. */
export const PasswordChange = z
  .object({ present: z.string().max(200).describe('The password until now.'), password: Password })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.infer<typeof PasswordChange>;
/** Who I am; `csrfToken` goes into the header `x-csrf-token` of every changing request made with the cookie. */
export const Session = z.object({ name: Name, role: Role, csrfToken: z.string().nullable() }).meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const Token = z
  .object({
    id: Id,
    name: Name,
    role: Role,
    createdBy: z.string(),
    user: Name.nullable().describe(
      'Whose LoadMaster API key it is: it ends with that user and may do no more than they.',
    ),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Token' });
export type Token = z.infer<typeof Token>;
export const TokenCreation = z
  .object({ name: Name, role: Role, expiresAt: Timestamp.nullable().default(null) })
  .meta({ id: 'TokenCreation' });
export type TokenCreation = z.infer<typeof TokenCreation>;
/** The token itself is shown once; only its hash is kept. */
export const NewToken = Token.extend({ token: z.string() }).meta({ id: 'NewToken' });
export type NewToken = z.infer<typeof NewToken>;
