import type { Instant, Sealed } from './columns.js';

export interface AccountTable {
  id: string;
  name: string;
  directory_url: string;
  /** PEM of a private CA's HTTPS root. */
  ca_certificate: string | null;
  account_url: string | null;
  email: string | null;
  status: 'registering' | 'valid' | 'deactivated' | 'revoked' | 'failed';
  key_id: string;
  /** The key of a rollover that may or may not have reached the CA (RFC 8555 §7.3.5); null otherwise. */
  next_key_id: string | null;
  eab_key_id: string | null;
  terms_url: string | null;
  terms_agreed_by: string | null;
  terms_agreed_at: Instant | null;
  created_at: Instant;
}

/** A private key, or the knowledge of one that lives elsewhere. */
export interface KeyTable {
  id: string;
  purpose: 'account' | 'certificate';
  /** Who holds the private key: this server, an agent's host, a device, or someone who brought a CSR. */
  custody: 'server' | 'agent' | 'device' | 'csr';
  /** KeyAlgorithm of the contract for certificates, a JWS alg for accounts; null when a CSR brought another kind. */
  algorithm: string | null;
  /** Base64 of the DER SubjectPublicKeyInfo. */
  public_key: string;
  /** PKCS#8 PEM; null unless custody is server. */
  private_key: Sealed | null;
  created_at: Instant;
}

/** A key that a revoked version was for: it is never certified again, whoever brings it. */
export interface RevokedKeyTable {
  /** SHA-256 of its SubjectPublicKeyInfo, hexadecimal. */
  id: string;
  /** The certificate's name and the number of the version, as they were. */
  certificate: string;
  version: number;
  revoked_at: Instant;
}
