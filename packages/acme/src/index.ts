/**
 * An ACME client: RFC 8555, RFC 8737, RFC 8738, RFC 9773 and profiles.
 *
 * Porcelain: {@link obtainCertificate}, {@link waitForOrder}. All else is plumbing: one step each, plain data in and
 * out, so that a program can store what it did and go on in another process.
 */
export * from './account.js';
export {
  type Authorization,
  type AuthorizationReply,
  type AuthorizationStatus,
  authorizationProblem,
  deactivateAuthorization,
  fetchAuthorization,
  orderedName,
} from './authorization.js';
export * from './certificate.js';
export {
  type AnswerableChallenge,
  CHALLENGE_TYPES,
  type Challenge,
  type ChallengeStatus,
  type ChallengeType,
  dns01Record,
  dnsAccount01Record,
  findChallenge,
  http01Path,
  keyAuthorization,
  respondToChallenge,
  type TxtRecord,
} from './challenge.js';
export { checkIssued, type Expected } from './check-issued.js';
export * from './csr.js';
/** Of use beside certificates as well: key stores are made of it. */
export * as der from './der.js';
export type { Directory, DirectoryMeta, DirectoryResource } from './directory.js';
export type { AcmeEvent } from './event.js';
export { identifierKey, sameIdentifiers, toIdentifier } from './identifier.js';
export { explainInvalidOrder } from './invalid-order.js';
export {
  type ExternalAccountKey,
  type PublicJwk,
  publicJwkOf,
  type SignatureAlgorithm,
  type Signer,
  signerFromKey,
  thumbprint,
} from './jws.js';
export {
  CERTIFICATE_KEY_TYPES,
  type CertificateKeyType,
  generateAccountKey,
  generateCertificateKey,
  privateKeyFromPem,
  privateKeyPem,
} from './key.js';
export * from './obtain.js';
export * from './order.js';
export { type Presentation, presentationFor } from './presentation.js';
export {
  ACME_ERROR_NAMES,
  ACME_ERROR_PREFIX,
  type AcmeErrorName,
  AcmeInputError,
  AcmeProblem,
  AcmeProtocolError,
  AcmeTransportError,
  type Attempted,
  errorName,
  type Identifier,
  type ProblemDocument,
  type ProtocolFault,
  REMEDIES,
  type Subproblem,
  type TransportFailure,
} from './problem.js';
export { checkProfile, profiles } from './profile.js';
export { certId, fetchRenewalInfo, offersRenewalInfo, type RenewalInfo } from './renewal-info.js';
export {
  DEFAULT_RETRY_LIMITS,
  decideRetry,
  type RetryAttempts,
  type RetryDecision,
  type RetryLimits,
} from './retry.js';
export { parseRetryAfter } from './retry-after.js';
export {
  AcmeServer,
  type AcmeServerOptions,
  type CallOptions,
  type Clock,
  type Credentials,
  systemClock,
} from './server.js';
export { spki } from './spki.js';
export { ACME_TLS_ALPN_PROTOCOL, type TlsAlpnCertificate, tlsAlpnCertificate, tlsAlpnServerName } from './tls-alpn.js';
export type { CertificateKey, SignatureHash, Subject } from './x509.js';
