import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import type { Actor } from '../http/actor.js';
import { findApiToken } from '../http/api-token.js';
import type { Credentials } from '../http/credentials.js';
import type { Tokens } from '../store/tokens.js';
import { LoadMasterError } from './errors.js';

/** Who uses the API. */
export interface Caller {
  actor: Actor;
  /** The user who sent a password, or whose API key was sent; null: an API token that is nobody's. */
  user: string | null;
  via: 'password' | 'token';
}

/** What callers are found with. */
export interface CallerSources {
  credentials: Credentials;
  tokens: Tokens;
  clock: Clock;
  /** `https://certfleet.example.com:8443` */
  publicOrigin: string;
}

/** What was sent: a key, or a name with a password. */
export interface Sent {
  apiKey: string | undefined;
  name: string | undefined;
  password: string | undefined;
}

/**
 * The caller that credentials belong to; null when there are none. An API key wins over a password that comes with it,
 * as it does on a LoadMaster, and a wrong key is refused whatever the password.
 *
 * Throws 401, or 'too-many-attempts': passwords are guessed at here as slowly as at the sign-in, and with the same
 * count.
 */
export async function callerOf(sent: Sent, address: string, sources: CallerSources): Promise<Caller | null> {
  if (sent.apiKey !== undefined) {
    const token = await findApiToken(sources.tokens, sent.apiKey, sources.clock);
    if (!token) throw denied();
    return { actor: { kind: 'token', name: token.name, role: token.role }, user: token.user, via: 'token' };
  }
  if (sent.name === undefined && sent.password === undefined) return null;
  const user = await sources.credentials.check(sent.name ?? '', sent.password ?? '', address);
  return { actor: { kind: 'user', name: user.name, role: user.role }, user: user.name, via: 'password' };
}

/** 401: credentials that are wrong or missing. */
export function denied(): LoadMasterError {
  return new LoadMasterError(401, 'Authorization required: send a user name and password (Basic) or an API key');
}

/**
 * Name and password of the Authorization header; empty without one.
 *
 * A browser that was once asked for Basic credentials adds them to whatever a page of another site makes it request,
 * and here even a GET changes things. So they are refused when the browser says that the request comes from elsewhere.
 */
export function basicCredentials(request: FastifyRequest, publicOrigin: string): Omit<Sent, 'apiKey'> {
  const { authorization } = request.headers;
  if (authorization === undefined) return { name: undefined, password: undefined };
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization) ?? [];
  // RFC 7617 §2: user-id, colon, password; we read it as UTF-8.
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  if (name === undefined || password === undefined) throw denied();
  assertNotFromAnotherSite(request, publicOrigin);
  return { name, password };
}

function assertNotFromAnotherSite(request: FastifyRequest, publicOrigin: string): void {
  const { origin, referer, 'sec-fetch-site': fetchSite } = request.headers;
  const ours = [publicOrigin, `${request.protocol}://${request.host}`];
  const foreign =
    (origin !== undefined && !ours.includes(origin)) ||
    (referer !== undefined && !ours.includes(originOf(referer))) ||
    (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none');
  if (foreign) throw new LoadMasterError(403, 'The request comes from a page of another site');
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
