import type { KeystoreType, SignatureAlgorithm } from '@certfleet/contract';
import type { Flag, Instant, Json, Sealed } from './columns.js';

export interface CertificateTable {
  id: string;
  name: string;
  /** What keeps it valid; null: it was imported, and nothing does. */
  policy_id: string | null;
  /** Subject of the contract. */
  subject: Json;
  key_algorithm: string | null;
  key_on_renewal: 'new' | 'same' | 'imported' | null;
  /** The key that was brought along for it; null unless key_on_renewal is `imported`. */
  imported_key_id: string | null;
  /** What its CSRs are signed with; null: what is usual for the key. */
  signature_algorithm: SignatureAlgorithm | null;
  profile: string | null;
  /** A CSR that was brought along: base64 of its DER. Its key never comes here. */
  csr: string | null;
  /** The form that it is exported in unless another one is asked for, and what that is put under. */
  keystore_type: KeystoreType | null;
  keystore_password: Sealed | null;
  current_version_id: string | null;
  /** notAfter of the current version, copied so that lists and queues sort by it. */
  not_after: Instant | null;
  /** Grows with each change of what is certified; an order remembers the one it was made for. */
  revision: number;
  /** When to renew, why, and the choice within ARI's window; null until there is a version. */
  renew_at: Instant | null;
  renew_reason: string | null;
  /** JSON of the domain's AriChoice. */
  ari_choice: Json | null;
  /** When to ask renewalInfo again; null: never. */
  ari_check_at: Instant | null;
  /** Unanswered questions in a row. */
  ari_failures: number;
  /** Failed attempts in a row, across orders. */
  failures: number;
  /** When the first of them was; null: the last attempt did not fail. */
  failing_since: Instant | null;
  /** Whether the last attempt met what only people can mend. */
  needs_person: Flag;
  /** What the choice among the policy's accounts counts, see domain/account-choice.ts. */
  strikes: number;
  last_error: string | null;
  last_error_at: Instant | null;
  /** JSON of the contract's CaProblem: what the CA said. */
  last_problem: Json | null;
  /** After a failure: no attempt before this, unless someone asks for one. */
  retry_at: Instant | null;
  /** Why no order is made although one is due, for people: a rate limit of the CA. */
  waits_for: string | null;
  /** When to decide again whether to tell that it expires; null: never, for this version. */
  notice_at: Instant | null;
  /** The step of domain/expiry-notices.ts that was told last of the current version; null: none. */
  notice_step: number | null;
  created_at: Instant;
  updated_at: Instant;
}

export interface IdentifierTable {
  certificate_id: string;
  position: number;
  type: 'dns' | 'ip';
  value: string;
  solver_id: string | null;
}

export interface LabelTable {
  certificate_id: string;
  key: string;
  value: string;
}

/** One issued chain. */
export interface VersionTable {
  id: string;
  certificate_id: string;
  number: number;
  key_id: string;
  account_id: string | null;
  /** Hexadecimal, lower case. */
  serial: string;
  fingerprint_sha256: string;
  issuer: string;
  /** PEM, leaf first. */
  chain: string;
  /** RFC 9773 §4.1; null when the leaf has no authority key identifier. */
  ari_cert_id: string | null;
  not_before: Instant;
  not_after: Instant;
  revoked_at: Instant | null;
  /** JSON of a PendingRevocation: it is to be revoked as soon as the next version is served in its place. */
  revocation: Json | null;
  replaced_at: Instant | null;
  created_at: Instant;
}

/** A CA's certificate that completes the chains of imported certificates. */
export interface IntermediateTable {
  id: string;
  name: string;
  /** Distinguished names on one line, as is the issuer. */
  subject: string;
  issuer: string;
  /** Hexadecimal, lower case. */
  fingerprint_sha256: string;
  /** PEM */
  certificate: string;
  not_before: Instant;
  not_after: Instant;
  created_at: Instant;
}
