/** What has to be visible from outside while the CA validates: one shape for each challenge type. */
import type { AccountSession } from './account.js';
import { type Authorization, orderedName } from './authorization.js';
import {
  type ChallengeType,
  dns01Record,
  dnsAccount01Record,
  findChallenge,
  http01Path,
  keyAuthorization,
  type TxtRecord,
} from './challenge.js';
import { AcmeInputError, type Identifier } from './problem.js';
import { type TlsAlpnCertificate, tlsAlpnCertificate } from './tls-alpn.js';

interface PresentationBase {
  /** Without a wildcard's `*.` label. */
  identifier: Identifier;
  authorizationUrl: string;
  /** To be passed to {@link respondToChallenge} when everything is in place. */
  challengeUrl: string;
  token: string;
  keyAuthorization: string;
}

/** Plain data: store it before presenting, so that it can be cleaned up after a crash. */
export type Presentation = PresentationBase &
  (
    | { type: 'http-01'; path: string; body: string }
    | { type: 'dns-01' | 'dns-account-01'; record: TxtRecord }
    | ({ type: 'tls-alpn-01' } & TlsAlpnCertificate)
  );

/**
 * What to present for an authorization, with the first of the given types that the CA offers for it.
 *
 * Throws {@link AcmeInputError} when it offers none of them, as for a wildcard with http-01 only.
 */
export async function presentationFor(
  session: AccountSession,
  authorization: Authorization,
  types: readonly ChallengeType[],
): Promise<Presentation> {
  const [challenge] = types.flatMap(type => findChallenge(authorization, type) ?? []);
  if (challenge === undefined) {
    const offered = authorization.challenges.map(({ type, token }) =>
      token === undefined ? `${type} (without token)` : type,
    );
    throw new AcmeInputError(
      `${orderedName(authorization)} cannot be proven by ${types.join(' or ')}: the CA offers ${offered.join(', ') || 'nothing'}.`,
    );
  }
  const { identifier } = authorization;
  const keyAuth = keyAuthorization(challenge.token, session.signer.publicJwk);
  const base = {
    identifier,
    authorizationUrl: authorization.url,
    challengeUrl: challenge.url,
    token: challenge.token,
    keyAuthorization: keyAuth,
  };
  switch (challenge.type) {
    case 'http-01':
      return { ...base, type: challenge.type, path: http01Path(challenge.token), body: keyAuth };
    case 'dns-01':
      return { ...base, type: challenge.type, record: dns01Record(identifier.value, keyAuth) };
    case 'dns-account-01':
      return {
        ...base,
        type: challenge.type,
        record: dnsAccount01Record(identifier.value, session.accountUrl, keyAuth),
      };
    case 'tls-alpn-01':
      return {
        ...base,
        type: challenge.type,
        ...(await tlsAlpnCertificate(identifier, keyAuth, session.server.clock.now())),
      };
  }
}
