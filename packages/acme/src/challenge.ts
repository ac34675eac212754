/**
 * Challenges: http-01 and dns-01 (RFC 8555 §8), tls-alpn-01 (RFC 8737; its certificate is in tls-alpn.ts), for IP
 * identifiers RFC 8738, and dns-account-01 (draft-ietf-acme-dns-account-label).
 *
 * Says what has to be presented, not how; presenting, waiting and cleaning up are the caller's.
 */
import { createHash } from 'node:crypto';
import type { AccountSession } from './account.js';
import { readJson } from './json.js';
import { type PublicJwk, thumbprint } from './jws.js';
import { AcmeInputError, AcmeProblem, type ProblemDocument, parseProblemDocument } from './problem.js';
import type { CallOptions } from './server.js';

/** The challenges that this package can answer. Others are kept in authorizations as they came, and ignored. */
export const CHALLENGE_TYPES = ['http-01', 'dns-01', 'tls-alpn-01', 'dns-account-01'] as const;

export type ChallengeType = (typeof CHALLENGE_TYPES)[number];

/** RFC 8555 §7.1.6. */
export type ChallengeStatus = 'pending' | 'processing' | 'valid' | 'invalid';

/** A challenge as plain data. */
export interface Challenge {
  /** One of {@link CHALLENGE_TYPES}, or a type that we don't know. */
  type: string;
  url: string;
  status: ChallengeStatus;
  /** Missing for types that have none (dns-persist-01), and when it broke RFC 8555 §8's rules. */
  token?: string;
  /** RFC 3339: when the CA validated it. */
  validated?: string;
  error?: ProblemDocument;
}

/** A challenge that can be answered: known type, and a token that is safe to be part of a path. */
export interface AnswerableChallenge extends Challenge {
  type: ChallengeType;
  token: string;
}

/** RFC 8555 §8.3: base64url alphabet only, at least 128 bits (22 characters); the upper bound is ours. */
const TOKEN = /^[A-Za-z0-9_-]{22,512}$/;

/** The authorization's challenge of this type, or undefined if it has none that can be answered. */
export function findChallenge(
  authorization: { readonly challenges: readonly Challenge[] },
  type: ChallengeType,
): AnswerableChallenge | undefined {
  return authorization.challenges.find(
    (challenge): challenge is AnswerableChallenge => challenge.type === type && challenge.token !== undefined,
  );
}

/**
 * Tells the CA to validate (RFC 8555 §7.5.1), with the empty object as payload. Call it when what has to be presented
 * can be seen from outside. A challenge that the CA has dealt with already is returned as it is.
 */
export async function respondToChallenge(
  session: AccountSession,
  challenge: Pick<Challenge, 'url'>,
  options: CallOptions = {},
): Promise<Challenge> {
  const attempted = { operation: 'challenge', url: challenge.url };
  const post = async (payload: object | undefined) => {
    const object = readJson(attempted, await session.server.post(session, attempted, payload, options));
    const answered = parseChallenge({ url: challenge.url, ...object.fields });
    if (answered === undefined) throw object.malformed('the answer is no challenge');
    return answered;
  };
  try {
    return await post({});
  } catch (error) {
    // A second response, after the answer to the first got lost: CAs refuse it, but the challenge tells how far it is.
    if (!(error instanceof AcmeProblem && error.is('malformed'))) throw error;
    const now = await post(undefined);
    if (now.status === 'pending') throw error;
    return now;
  }
}

/** RFC 8555 §8.1: token "." base64url(thumbprint of the account key). */
export function keyAuthorization(token: string, accountJwk: PublicJwk): string {
  if (!TOKEN.test(token))
    throw new AcmeInputError('The challenge token is not base64url of at least 128 bits (RFC 8555 §8.3).');
  return `${token}.${thumbprint(accountJwk)}`;
}

/** The path under which http-01 expects the key authorization (RFC 8555 §8.3), on port 80. */
export function http01Path(token: string): string {
  if (!TOKEN.test(token))
    throw new AcmeInputError('The challenge token is not base64url of at least 128 bits (RFC 8555 §8.3).');
  return `/.well-known/acme-challenge/${token}`;
}

/** A TXT record to be set, among any others of that name. */
export interface TxtRecord {
  name: string;
  value: string;
}

/** dns-01 (RFC 8555 §8.4). A wildcard's record is that of the name under the `*.`. */
export function dns01Record(dnsName: string, keyAuth: string): TxtRecord {
  return { name: `_acme-challenge.${withoutWildcard(dnsName)}`, value: sha256(keyAuth).toString('base64url') };
}

/** dns-account-01: a name of its own for each account, so that several clients can prove one name. */
export function dnsAccount01Record(dnsName: string, accountUrl: string, keyAuth: string): TxtRecord {
  const label = base32(sha256(accountUrl).subarray(0, 10));
  return {
    name: `_${label}._acme-challenge.${withoutWildcard(dnsName)}`,
    value: sha256(keyAuth).toString('base64url'),
  };
}

/** Lenient: an entry that is no challenge gives undefined, so that one broken entry does not hide the others. */
export function parseChallenge(value: unknown): Challenge | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, url, status, token, validated, error } = value as Record<string, unknown>;
  if (typeof type !== 'string' || typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const problem = parseProblemDocument(error);
  return {
    type,
    url,
    // Only pending challenges may leave the status out in practice.
    status: status === 'processing' || status === 'valid' || status === 'invalid' ? status : 'pending',
    ...(typeof token === 'string' && TOKEN.test(token) && { token }),
    ...(typeof validated === 'string' && { validated }),
    ...(problem && { error: problem }),
  };
}

function withoutWildcard(dnsName: string): string {
  return dnsName.startsWith('*.') ? dnsName.slice(2) : dnsName;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** RFC 4648 §6 in lower case; 10 octets make 16 characters, so padding never comes up. */
function base32(octets: Uint8Array): string {
  const bits = Array.from(octets, octet => octet.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map(group => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group, 2)])
    .join('');
}
