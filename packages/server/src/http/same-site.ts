import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../domain/errors.js';
import type { Identity } from './authenticate.js';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site could make a browser send ('cross-site'). Reading needs no check: no answer of ours allows
 * another origin to see it.
 *
 * Credentials that browsers add by themselves (cookies, remembered Basic) are believed for a change only with an
 * Origin that is ours, where there is one; a session's also needs the token that only its own pages can read.
 */
export function assertSameSite(request: FastifyRequest, identity: Identity | null, publicOrigin: string): void {
  if (safeMethods.has(request.method) || identity?.via === 'token') return;
  const { origin, 'sec-fetch-site': fetchSite, 'x-csrf-token': csrfToken } = request.headers;
  if (origin !== undefined && origin !== publicOrigin && origin !== `${request.protocol}://${request.host}`) {
    throw new DomainError(
      'cross-site',
      `The request's Origin is ${origin}, but Certfleet is served at ${publicOrigin}.`,
    );
  }
  if (origin === undefined && fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') {
    throw new DomainError('cross-site', `The browser says that the request is ${fetchSite} (Sec-Fetch-Site).`);
  }
  if (identity?.session && !isSame(csrfToken, identity.session.csrfToken)) {
    throw new DomainError('cross-site', "The header x-csrf-token is missing or is not this session's.");
  }
}

function isSame(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
