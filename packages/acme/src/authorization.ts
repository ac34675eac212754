/** Authorizations (RFC 8555 §7.1.4, §7.5): what the CA wants proven for one identifier. */
import type { AccountSession } from './account.js';
import { type Challenge, parseChallenge } from './challenge.js';
import { type JsonObject, readJson } from './json.js';
import { AcmeProblem, type Attempted, type Identifier, parseIdentifier } from './problem.js';
import { parseRetryAfter } from './retry-after.js';
import type { CallOptions } from './server.js';
import { type HttpReply, header } from './transport.js';

/** RFC 8555 §7.1.6. */
export type AuthorizationStatus = 'pending' | 'valid' | 'invalid' | 'deactivated' | 'expired' | 'revoked';

/** An authorization as plain data. */
export interface Authorization {
  url: string;
  /** Without the `*.` label, which is in `wildcard` (RFC 8555 §7.1.4). */
  identifier: Identifier;
  wildcard: boolean;
  status: AuthorizationStatus;
  /** RFC 3339. */
  expires?: string;
  challenges: Challenge[];
}

/** An authorization, and when to look again, in milliseconds, if the CA says so. */
export interface AuthorizationReply {
  authorization: Authorization;
  retryAfterMs?: number;
}

/** The authorization as it is now (POST-as-GET). */
export async function fetchAuthorization(
  session: AccountSession,
  url: string,
  options: CallOptions = {},
): Promise<AuthorizationReply> {
  return postAuthorization(session, url, undefined, options);
}

/** Gives an authorization up (RFC 8555 §7.5.2), so that it does not count as pending or can no longer be reused. */
export async function deactivateAuthorization(
  session: AccountSession,
  url: string,
  options: CallOptions = {},
): Promise<AuthorizationReply> {
  return postAuthorization(session, url, { status: 'deactivated' }, options);
}

async function postAuthorization(
  session: AccountSession,
  url: string,
  payload: object | undefined,
  options: CallOptions,
): Promise<AuthorizationReply> {
  const attempted = { operation: 'authorization', url };
  const reply = await session.server.post(session, attempted, payload, options);
  const retryAfterMs = parseRetryAfter(header(reply, 'retry-after'), session.server.clock.now());
  return {
    authorization: parseAuthorization(attempted, reply, url),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The name as it was ordered: with its `*.` label if it is a wildcard's. */
export function orderedName(authorization: Pick<Authorization, 'identifier' | 'wildcard'>): string {
  return authorization.wildcard ? `*.${authorization.identifier.value}` : authorization.identifier.value;
}

/**
 * Why an authorization is invalid: the error of its failed challenge (RFC 8555 §7.1.6), told with the identifier.
 * Undefined as long as no challenge has failed.
 */
export function authorizationProblem(authorization: Authorization): AcmeProblem | undefined {
  const failed = authorization.challenges.find(challenge => challenge.status === 'invalid');
  if (failed === undefined && authorization.status !== 'invalid') return undefined;
  const error = failed?.error ?? { type: 'about:blank', detail: 'the CA does not say why' };
  const { identifier } = authorization;
  return new AcmeProblem(
    {
      operation: `${failed?.type ?? 'validation'} of ${orderedName(authorization)}`,
      url: failed?.url ?? authorization.url,
    },
    error,
    { identifier },
  );
}

function parseAuthorization(attempted: Attempted, reply: HttpReply, url: string): Authorization {
  const object: JsonObject = readJson(attempted, reply);
  const identifier = parseIdentifier(object.fields.identifier);
  if (identifier === undefined) throw object.malformed('the authorization has no identifier of type dns or ip');
  const challenges = object.fields.challenges;
  if (!Array.isArray(challenges)) throw object.malformed('the authorization has no list of challenges');
  const expires = object.optionalString('expires');
  return {
    url,
    // RFC 8555 §7.1.4: without the "*.", which some CAs repeat all the same.
    identifier: { type: identifier.type, value: identifier.value.replace(/^\*\./, '') },
    wildcard: object.fields.wildcard === true || identifier.value.startsWith('*.'),
    status: object.oneOf('status', ['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
    ...(expires !== undefined && { expires }),
    challenges: challenges.flatMap(value => parseChallenge(value) ?? []),
  };
}
