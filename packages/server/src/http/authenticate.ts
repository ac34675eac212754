import { unattendedHeader } from '@certfleet/contract';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import { DomainError } from '../domain/errors.js';
import type { LiveSession } from '../store/sessions.js';
import type { Tokens } from '../store/tokens.js';
import type { Actor } from './actor.js';
import { findApiToken } from './api-token.js';
import type { Credentials } from './credentials.js';
import { SESSION_COOKIE, type SessionCookies } from './session-cookie.js';

/** Who sent a request, and how that is known. */
export interface Identity {
  actor: Actor;
  via: 'session' | 'token' | 'password';
  /** Of `via: 'session'`. */
  session: LiveSession | null;
}

/** What identities are found with. */
export interface IdentitySources {
  credentials: Credentials;
  sessions: SessionCookies;
  tokens: Tokens;
  clock: Clock;
}

/**
 * Finds out who sent a request: an Authorization header (`Bearer` with an API token, `Basic` with name and password)
 * or else the session cookie. Null if there is neither. Throws 'not-signed-in' for credentials that are wrong: falling
 * back from a bad token to a cookie would hide the mistake; and 'session-ended'. `isUse`: a session lasts longer by it,
 * unless the request says that nobody has asked for it.
 */
export async function identify(
  request: FastifyRequest,
  sources: IdentitySources,
  { isUse }: { isUse: boolean },
): Promise<Identity | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [scheme = '', value = ''] = authorization.split(' ', 2);
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return await identifyByToken(value, sources);
      case 'basic':
        return await identifyByPassword(value, request.ip, sources);
      default:
        throw new DomainError('not-signed-in', 'The Authorization header is neither Bearer nor Basic.');
    }
  }
  const cookie = request.cookies[SESSION_COOKIE];
  if (cookie === undefined) return null;
  const isAttended = request.headers[unattendedHeader] === undefined;
  const session = await sources.sessions.resume(cookie, { isUse: isUse && isAttended });
  if (!session) return null;
  return { actor: { kind: 'user', name: session.user.name, role: session.user.role }, via: 'session', session };
}

async function identifyByToken(value: string, { tokens, clock }: IdentitySources): Promise<Identity> {
  const token = await findApiToken(tokens, value, clock);
  if (!token) throw new DomainError('not-signed-in', 'The API token is unknown, was deleted or has expired.');
  return { actor: { kind: 'token', name: token.name, role: token.role }, via: 'token', session: null };
}

async function identifyByPassword(value: string, address: string, { credentials }: IdentitySources): Promise<Identity> {
  // RFC 7617 §2: user-id, colon, password; we read it as UTF-8.
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? [];
  if (name === undefined || password === undefined) {
    throw new DomainError('not-signed-in', 'The Basic credentials are not base64 of name:password.');
  }
  const user = await credentials.check(name, password, address);
  return { actor: { kind: 'user', name: user.name, role: user.role }, via: 'password', session: null };
}
