import type {
  ContentRule,
  KeystoreType,
  NoticeKind,
  NoticeSeverity,
  Scheduling,
  SignatureAlgorithm,
} from '@certfleet/contract';
import type { Generated } from 'kysely';

/*
 * The tables, as Kysely sees them. One shape for SQLite and PostgreSQL: ids are UUID v7 text, instants are epoch
 * milliseconds (bigint, read back as number), booleans are 0 or 1, JSON is text. `sealed` columns hold ciphertext of
 * store/secrets.ts, bound to the row's id and the column.
 */

/** Epoch milliseconds. */
type Instant = number;
/** 0 or 1: SQLite has no booleans. */
export type Flag = 0 | 1;
declare const sealed: unique symbol;
/** Ciphertext of a secret: `<data key id>.<base64url of nonce, ciphertext and tag>`. Only store/secrets.ts makes it. */
export type Sealed = string & { readonly [sealed]: true };
/** JSON text. */
type Json = string;

/** A data key, wrapped by the master key. New secrets are sealed by the one that is not retired. */
export interface DataKeyTable {
  id: string;
  /** Base64url of nonce, ciphertext and tag. */
  wrapped: string;
  created_at: Instant;
  /** When a rotation put another one in its place; null: in use. */
  retired_at: Instant | null;
}

export interface SettingTable {
  name: string;
  value: Json;
}

/** A setting that is a secret; its id is its name. */
export interface SecretSettingTable {
  id: string;
  value: Sealed;
}

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

export interface PolicyTable {
  id: string;
  name: string;
  key_algorithm: string;
  key_on_renewal: 'new' | 'same';
  renew_days_before: number | null;
  profile: string | null;
  default_solver_id: string | null;
  created_at: Instant;
}

/** The accounts of a policy, in order: the second is the fallback. */
export interface PolicyAccountTable {
  policy_id: string;
  position: number;
  account_id: string;
}

export interface SolverTable {
  id: string;
  name: string;
  type: string;
  /** The plugin's configuration without its secrets. */
  config: Json;
  /** JSON object of the fields marked secret. */
  secrets: Sealed | null;
  /** A disabled one presents nothing; what it has presented is still taken away by it. */
  enabled: Flag;
  created_at: Instant;
}

/** A name or a suffix (leading dot) bound to a solver. */
export interface DomainTable {
  id: string;
  pattern: string;
  solver_id: string;
  created_at: Instant;
}

export interface LoadBalancerTable {
  id: string;
  name: string;
  is_default: Flag;
  created_at: Instant;
}

export interface InstanceTable {
  id: string;
  load_balancer_id: string;
  name: string;
  type: 'local' | 'agent';
  created_at: Instant;
}

/** Virtual services and sub virtual services share the index space; an index is never given twice. */
export interface VirtualServiceTable {
  /** Given by the database, never reused: AUTOINCREMENT, identity. */
  index: Generated<number>;
  load_balancer_id: string;
  /** Of a sub virtual service: its parent's index. */
  parent_index: number | null;
  name: string | null;
  /** Null for sub virtual services, as is port. */
  address: string | null;
  port: number | null;
  type: 'http' | 'https' | 'redirect' | 'sub';
  enabled: Flag;
  /** Order among the sub virtual services of one parent; the first that matches takes the request. */
  position: number;
  /** Scheduling of the contract, as are the next ones. */
  scheduling: Scheduling;
  persistence: Json;
  health_check: Json;
  minimum_servers: number;
  unavailable: Json | null;
  /** Of a redirect service: the port that https is on. */
  redirect_port: number | null;
  /** The greatest index that one of its real servers ever had: none is given twice. */
  last_real_server: number;
  /** Everything that an API accepts and keeps for its clients, by name. */
  properties: Json;
  created_at: Instant;
}

export interface RealServerTable {
  /** Stable within the virtual service. */
  index: number;
  virtual_service_index: number;
  address: string;
  port: number;
  weight: number;
  enabled: Flag;
  /** The most connections at once; 0: as many as come. */
  connection_limit: number;
  properties: Json;
}

/** Which requests a sub virtual service takes; ContentRule of the contract. */
export interface ContentRuleTable {
  id: string;
  name: string;
  field: ContentRule['field'];
  header: string | null;
  match: ContentRule['match'];
  pattern: string;
  include_host: Flag;
  include_query: Flag;
  negate: Flag;
  ignore_case: Flag;
  must_fail: Flag;
  created_at: Instant;
}

/** The content rules of a sub virtual service, in order. */
export interface AttachedRuleTable {
  virtual_service_index: number;
  position: number;
  /** Null: the rule `default`, which is always there. */
  content_rule_id: string | null;
}

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
  /** What the choice among the policy's accounts counts, see domain/account-choice.ts. */
  strikes: number;
  last_error: string | null;
  last_error_at: Instant | null;
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

/**
 * One order: the persisted state of an issuance. Every outside effect has its intent written here before it and its
 * outcome after it; docs/issuance-cycle.md tells what a crash at each step leaves behind.
 */
export interface OrderTable {
  id: string;
  certificate_id: string;
  account_id: string;
  /** The certificate's revision that it was made for. */
  revision: number;
  key_id: string;
  /** Base64 of the DER CSR, made before the order. */
  csr: string;
  profile: string | null;
  /** certID of the version that it replaces (RFC 9773 §5). */
  replaces: string | null;
  /** The state machine of issuance/advance-order.ts. */
  state: 'new' | 'created' | 'presenting' | 'validating' | 'finalizing' | 'done' | 'failed' | 'abandoned';
  url: string | null;
  finalize_url: string | null;
  certificate_url: string | null;
  /** The order's own expiry (RFC 8555 §7.1.3). */
  expires_at: Instant | null;
  /** Why it waits, for people; null while it works. */
  waits_for: string | null;
  /** Until when it waits; null while it works. */
  waits_until: Instant | null;
  error: string | null;
  version_id: string | null;
  created_at: Instant;
  updated_at: Instant;
}

/** One challenge of an order. A row that is not `cleaned` may have something presented and is cleaned up by name and value. */
export interface ChallengeTable {
  /** Given by the database, never twice. */
  id: Generated<number>;
  order_id: string;
  authorization_url: string;
  challenge_url: string;
  identifier: string;
  type: 'http-01' | 'dns-01' | 'tls-alpn-01';
  token: string;
  /** What is presented: the key authorization for http-01, the TXT value for dns-01. */
  value: string;
  solver_id: string;
  /** Where the solver puts it, in its own words, written down before it is put there; null: it needs none, or not yet. */
  place: string | null;
  /** When it was presented by a solver whose presentations outlive the process; null: not yet, or they don't. */
  presented_at: Instant | null;
  /** `intended`: it is presented, or about to be. What the order's state says of it needs no second word. */
  state: 'intended' | 'cleaned';
  created_at: Instant;
}

export interface TargetTable {
  id: string;
  name: string;
  type: string;
  config: Json;
  secrets: Sealed | null;
  created_at: Instant;
}

/** One configured way to tell people or machines what happens. */
export interface ChannelTable {
  id: string;
  name: string;
  type: string;
  config: Json;
  secrets: Sealed | null;
  enabled: Flag;
  /** JSON array of NoticeKind of the contract; empty: it is a heartbeat. */
  kinds: Json;
  severity: NoticeSeverity;
  /** JSON array of `key` or `key=value`. */
  labels: Json;
  /** Whether the e-mail address of an account is told of its certificates, too. */
  account_holders: Flag;
  /** How long notices are collected for one message, in seconds. */
  collect_seconds: number;
  /** When the other side took something for the last time. */
  last_sent_at: Instant | null;
  /** Failed attempts since then, and the last one. */
  failures: number;
  last_error: string | null;
  last_error_at: Instant | null;
  /** Nothing is sent before this: after a failure, or until the next heartbeat. */
  next_at: Instant | null;
  created_at: Instant;
}

/** One notice that a channel is to tell. The row goes when it is told. */
export interface NoticeTable {
  /** Given by the database, never twice. */
  id: Generated<number>;
  channel_id: string;
  /** The e-mail address of an account's holder; null: the channel's own recipients. */
  recipient: string | null;
  /** The message that tells it; null: it is being collected. */
  digest_id: string | null;
  kind: NoticeKind;
  severity: NoticeSeverity;
  /** The certificate's name. */
  certificate: string;
  /** JSON of NoticeFacts. */
  facts: Json;
  created_at: Instant;
}

/** One message: written down before it is sent, deleted with its notices when the other side has taken it. */
export interface DigestTable {
  id: string;
  channel_id: string;
  /** As its notices'. */
  recipient: string | null;
  /** JSON array of the addresses that are still to get it, when others have; null: all of them. */
  left_over: Json | null;
  attempts: number;
  /** When it is tried next. */
  next_at: Instant;
  error: string | null;
  created_at: Instant;
}

/** What should be: this certificate on that target. */
export interface AssignmentTable {
  id: string;
  certificate_id: string;
  target_id: string;
  is_default: Flag;
  created_at: Instant;
}

/** One attempt to bring a version to an assignment. */
export interface DeploymentTable {
  id: string;
  assignment_id: string;
  version_id: string;
  status: 'pending' | 'installed' | 'verified' | 'unreachable' | 'failed' | 'rolled-back' | 'superseded';
  /** What was there before, as the target's capture returned it, sealed since it may hold a key. */
  captured: Sealed | null;
  served_serial: string | null;
  error: string | null;
  attempts: number;
  created_at: Instant;
  updated_at: Instant;
}

/** A job is a promise to look at `subject`; what to do follows from the rows, so doing it twice does no harm. */
export interface JobTable {
  id: string;
  kind: string;
  subject: string;
  /** Jobs with the same lock run one at a time: `certificate:<id>`. */
  lock: string;
  /** waiting: until run_at. due: run_at has come, it waits for its lock or a free hand. running: claimed. */
  state: 'waiting' | 'due' | 'running';
  /** The shortest remaining life first: the notAfter of what is at stake. */
  urgency: Instant;
  run_at: Instant;
  /** Enqueued again while it was running: when to run once more. */
  again_at: Instant | null;
  attempt: number;
  last_error: string | null;
  created_at: Instant;
}

/** Who holds a lock. The fence grows with each holder; a write with an older fence is refused. */
export interface LockTable {
  name: string;
  fence: number;
  holder: string | null;
  held_until: Instant | null;
}

/** A rate limit's bucket: see domain/rate-limits.ts. */
export interface RateBucketTable {
  directory_url: string;
  /** `<limit name>:<key>`. */
  bucket: string;
  state: number;
  updated_at: Instant;
}

export interface EventTable {
  id: Generated<number>;
  at: Instant;
  actor: string;
  action: string;
  subject: string | null;
  outcome: 'intended' | 'succeeded' | 'failed';
  message: string;
  detail: Json;
}

export interface UserTable {
  id: string;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  password_hash: string;
  created_at: Instant;
  last_sign_in_at: Instant | null;
}

export interface SessionTable {
  /** SHA-256 of the cookie's value, hexadecimal. */
  id: string;
  user_id: string;
  csrf_token: string;
  created_at: Instant;
  expires_at: Instant;
}

export interface TokenTable {
  id: string;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  created_by: string;
  /** The user whose key it is, with whom it ends and whose role is its limit; null: it stands for itself. */
  user_id: string | null;
  created_at: Instant;
  expires_at: Instant | null;
  last_used_at: Instant | null;
}

export interface Database {
  data_key: DataKeyTable;
  setting: SettingTable;
  secret_setting: SecretSettingTable;
  account: AccountTable;
  key: KeyTable;
  revoked_key: RevokedKeyTable;
  policy: PolicyTable;
  policy_account: PolicyAccountTable;
  solver: SolverTable;
  domain: DomainTable;
  load_balancer: LoadBalancerTable;
  instance: InstanceTable;
  virtual_service: VirtualServiceTable;
  real_server: RealServerTable;
  content_rule: ContentRuleTable;
  attached_rule: AttachedRuleTable;
  certificate: CertificateTable;
  identifier: IdentifierTable;
  label: LabelTable;
  version: VersionTable;
  intermediate: IntermediateTable;
  order: OrderTable;
  challenge: ChallengeTable;
  target: TargetTable;
  channel: ChannelTable;
  digest: DigestTable;
  notice: NoticeTable;
  assignment: AssignmentTable;
  deployment: DeploymentTable;
  job: JobTable;
  lock: LockTable;
  rate_bucket: RateBucketTable;
  event: EventTable;
  user: UserTable;
  session: SessionTable;
  token: TokenTable;
}
