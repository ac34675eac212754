import type { Role } from '@certfleet/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { DomainError } from '../domain/errors.js';
import { includesRole } from './actor.js';
import { type Identity, type IdentitySources, identify } from './authenticate.js';
import type { Exchange } from './handlers.js';
import { assertSameSite } from './same-site.js';
import { SESSION_COOKIE, sessionCookieFlags } from './session-cookie.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; null before that is known and where anyone may. */
    identity: Identity | null;
  }
}

/** Checks who may do what, by the role that an operation or endpoint asks for. */
export interface AccessControl {
  /**
   * A hook that lets pass whom the role includes. It runs before the body is read. `isUse: false`: what browsers ask for
   * by themselves, which makes no session last longer.
   */
  require(role: Role | 'anyone', options?: { isUse: boolean }): onRequestAsyncHookHandler;
  /** Whether the sender of a request that is still being answered would be let in again, with the same role. */
  stillHolds(request: FastifyRequest): Promise<boolean>;
}

/** Access by the identities that `sources` know. `publicOrigin` is where browsers find the server. */
export function accessControl(app: FastifyInstance, sources: IdentitySources, publicOrigin: string): AccessControl {
  app.decorateRequest('identity', null);
  return {
    require:
      (role, options = { isUse: true }) =>
      async request => {
        const identity = role === 'anyone' ? null : await identify(request, sources, options);
        assertSameSite(request, identity, publicOrigin);
        if (role === 'anyone') return;
        if (!identity) throw new DomainError('not-signed-in', `${request.method} ${pathOf(request)} needs a sign-in.`);
        if (!includesRole(identity.actor.role, role)) {
          throw new DomainError(
            'forbidden',
            `${request.method} ${pathOf(request)} needs the role ${role}; ${identity.actor.name} is ${identity.actor.role}.`,
          );
        }
        request.identity = identity;
      },
    async stillHolds(request) {
      const identity = await identify(request, sources, { isUse: false }).catch(refusedAsNull);
      return identity !== null && identity.actor.role === request.identity?.actor.role;
    },
  };
}

function refusedAsNull(error: unknown): null {
  if (error instanceof DomainError && error.status === 401) return null;
  throw error;
}

/** The part of an exchange that signing in and out works with. */
export function exchangeOf(request: FastifyRequest, reply: FastifyReply): Exchange {
  return {
    address: request.ip,
    session: request.identity?.session ?? null,
    setSessionCookie(cookie) {
      if (cookie) reply.setCookie(SESSION_COOKIE, cookie.value, { ...sessionCookieFlags, maxAge: cookie.maxAge });
      else reply.clearCookie(SESSION_COOKIE, sessionCookieFlags);
    },
  };
}

/** Without the query, which may hold what does not belong into logs and messages. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
