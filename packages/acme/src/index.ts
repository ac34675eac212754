export * from './account.js';
export * from './authorization.js';
export * from './certificate.js';
export * from './challenge.js';
export * from './check-issued.js';
export * from './csr.js';
export type { Directory, DirectoryMeta, DirectoryResource } from './directory.js';
export type { AcmeEvent } from './event.js';
export { identifierKey, sameIdentifiers, toIdentifier } from './identifier.js';
export * from './invalid-order.js';
export {
  type ExternalAccountKey,
  type PublicJwk,
  publicJwkOf,
  type SignatureAlgorithm,
  type Signer,
  signerFromKey,
  thumbprint,
} from './jws.js';
export * from './key.js';
export * from './obtain.js';
export * from './order.js';
export * from './presentation.js';
export * from './problem.js';
export { profiles } from './profile.js';
export * from './renewal-info.js';
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
export * from './tls-alpn.js';
export type { CertificateKey, Subject } from './x509.js';
