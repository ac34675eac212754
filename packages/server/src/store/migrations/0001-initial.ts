import { type Kysely, sql } from 'kysely';
import {
  type Column,
  createTable,
  flag,
  id,
  instant,
  integer,
  json,
  optional,
  real,
  references,
  sealed,
  sequence,
  text,
} from './columns.js';
import type { Migration } from './index.js';

type Tables = (name: string, columns: Record<string, Column>, primaryKey?: readonly string[]) => Promise<void>;

/** All tables of store/schema, in the order of their references. */
export const initial: Migration = {
  name: 'initial',
  async up(db, dialect) {
    const table: Tables = (name, columns, primaryKey) => createTable(db, dialect, name, columns, primaryKey);
    await secretsAndSettings(table);
    await howToProve(table);
    await loadBalancers(table);
    await certificates(table);
    await intermediates(table);
    await issuance(table);
    await deployment(table);
    await notices(table);
    await work(table);
    await people(table);
    await uniqueIndexes(db);
    await findingIndexes(db);
    await virtualServicesOfPlugins(db, dialect);
    if (dialect === 'postgres') await tellOfEvents(db);
  },
};

async function secretsAndSettings(table: Tables): Promise<void> {
  await table('data_key', { id, wrapped: text, created_at: instant, retired_at: optional(instant) });
  await table('setting', { name: id, value: json });
  await table('secret_setting', { id, value: sealed });
}

async function howToProve(table: Tables): Promise<void> {
  await table('key', {
    id,
    purpose: text,
    custody: text,
    algorithm: optional(text),
    public_key: text,
    private_key: optional(sealed),
    created_at: instant,
  });
  await table('revoked_key', { id, certificate: text, version: integer, revoked_at: instant });
  await table('account', {
    id,
    name: text,
    directory_url: text,
    ca_certificate: optional(text),
    account_url: optional(text),
    email: optional(text),
    status: text,
    key_id: references('key.id'),
    next_key_id: optional(references('key.id')),
    eab_key_id: optional(text),
    terms_url: optional(text),
    terms_agreed_by: optional(text),
    terms_agreed_at: optional(instant),
    created_at: instant,
  });
  await table('solver', {
    id,
    name: text,
    type: text,
    config: json,
    secrets: optional(sealed),
    enabled: flag,
    created_at: instant,
  });
  await table('policy', {
    id,
    name: text,
    key_algorithm: text,
    key_on_renewal: text,
    renew_days_before: optional(integer),
    profile: optional(text),
    default_solver_id: optional(references('solver.id')),
    created_at: instant,
  });
  await table(
    'policy_account',
    { policy_id: references('policy.id', 'cascade'), position: integer, account_id: references('account.id') },
    ['policy_id', 'position'],
  );
  await table('domain', { id, pattern: text, solver_id: references('solver.id'), created_at: instant });
}

async function loadBalancers(table: Tables): Promise<void> {
  await table('load_balancer', { id, name: text, is_default: flag, created_at: instant });
  await table('instance', {
    id,
    load_balancer_id: references('load_balancer.id', 'cascade'),
    name: text,
    type: text,
    created_at: instant,
  });
  await table('virtual_service', {
    index: sequence,
    load_balancer_id: references('load_balancer.id'),
    parent_index: optional(references('virtual_service.index', 'cascade')),
    name: optional(text),
    address: optional(text),
    port: optional(integer),
    type: text,
    enabled: flag,
    position: integer,
    scheduling: text,
    persistence: json,
    health_check: json,
    minimum_servers: integer,
    unavailable: optional(json),
    redirect_port: optional(integer),
    last_real_server: integer,
    properties: json,
    created_at: instant,
  });
  await table(
    'real_server',
    {
      virtual_service_index: references('virtual_service.index', 'cascade'),
      index: integer,
      address: text,
      port: integer,
      weight: integer,
      enabled: flag,
      connection_limit: integer,
      properties: json,
    },
    ['virtual_service_index', 'index'],
  );
  await table('content_rule', {
    id,
    name: text,
    field: text,
    header: optional(text),
    match: text,
    pattern: text,
    include_host: flag,
    include_query: flag,
    negate: flag,
    ignore_case: flag,
    must_fail: flag,
    created_at: instant,
  });
  await table(
    'attached_rule',
    {
      virtual_service_index: references('virtual_service.index', 'cascade'),
      position: integer,
      // Null: the rule `default`, which is always there.
      content_rule_id: optional(references('content_rule.id')),
    },
    ['virtual_service_index', 'position'],
  );
}

async function certificates(table: Tables): Promise<void> {
  await table('certificate', {
    id,
    name: text,
    // Null: it was imported.
    policy_id: optional(references('policy.id')),
    subject: json,
    key_algorithm: optional(text),
    key_on_renewal: optional(text),
    imported_key_id: optional(references('key.id')),
    signature_algorithm: optional(text),
    profile: optional(text),
    csr: optional(text),
    keystore_type: optional(text),
    keystore_password: optional(sealed),
    // Not a foreign key: it would close a circle with version, which goes with its certificate.
    current_version_id: optional(text),
    not_after: optional(instant),
    revision: integer,
    renew_at: optional(instant),
    renew_reason: optional(text),
    ari_choice: optional(json),
    ari_check_at: optional(instant),
    ari_failures: integer,
    failures: integer,
    strikes: integer,
    last_error: optional(text),
    last_error_at: optional(instant),
    retry_at: optional(instant),
    waits_for: optional(text),
    notice_at: optional(instant),
    notice_step: optional(integer),
    created_at: instant,
    updated_at: instant,
  });
  const certificate = references('certificate.id', 'cascade');
  await table(
    'identifier',
    {
      certificate_id: certificate,
      position: integer,
      type: text,
      value: text,
      solver_id: optional(references('solver.id')),
    },
    ['certificate_id', 'position'],
  );
  await table('label', { certificate_id: certificate, key: text, value: text }, ['certificate_id', 'key']);
  await table('version', {
    id,
    certificate_id: certificate,
    number: integer,
    key_id: references('key.id'),
    account_id: optional(references('account.id', 'set null')),
    serial: text,
    fingerprint_sha256: text,
    issuer: text,
    chain: text,
    ari_cert_id: optional(text),
    not_before: instant,
    not_after: instant,
    revoked_at: optional(instant),
    revocation: optional(json),
    replaced_at: optional(instant),
    created_at: instant,
  });
}

/** What completes the chains of imported certificates. */
async function intermediates(table: Tables): Promise<void> {
  await table('intermediate', {
    id,
    name: text,
    subject: text,
    issuer: text,
    fingerprint_sha256: text,
    certificate: text,
    not_before: instant,
    not_after: instant,
    created_at: instant,
  });
}

async function issuance(table: Tables): Promise<void> {
  await table('order', {
    id,
    certificate_id: references('certificate.id', 'cascade'),
    account_id: references('account.id', 'cascade'),
    revision: integer,
    key_id: references('key.id'),
    csr: text,
    profile: optional(text),
    replaces: optional(text),
    state: text,
    url: optional(text),
    finalize_url: optional(text),
    certificate_url: optional(text),
    expires_at: optional(instant),
    waits_for: optional(text),
    waits_until: optional(instant),
    error: optional(text),
    version_id: optional(references('version.id', 'set null')),
    created_at: instant,
    updated_at: instant,
  });
  await table('challenge', {
    id: sequence,
    // Not with its order: what may still be presented somewhere has to be cleaned up first.
    order_id: references('order.id'),
    authorization_url: text,
    challenge_url: text,
    identifier: text,
    type: text,
    token: text,
    value: text,
    solver_id: references('solver.id'),
    place: optional(text),
    presented_at: optional(instant),
    state: text,
    created_at: instant,
  });
}

async function deployment(table: Tables): Promise<void> {
  await table('target', { id, name: text, type: text, config: json, secrets: optional(sealed), created_at: instant });
  await table('assignment', {
    id,
    certificate_id: references('certificate.id', 'cascade'),
    target_id: references('target.id'),
    is_default: flag,
    created_at: instant,
  });
  await table('deployment', {
    id,
    assignment_id: references('assignment.id', 'cascade'),
    version_id: references('version.id', 'cascade'),
    status: text,
    captured: optional(sealed),
    served_serial: optional(text),
    error: optional(text),
    attempts: integer,
    created_at: instant,
    updated_at: instant,
  });
}

async function notices(table: Tables): Promise<void> {
  await table('channel', {
    id,
    name: text,
    type: text,
    config: json,
    secrets: optional(sealed),
    enabled: flag,
    kinds: json,
    severity: text,
    labels: json,
    account_holders: flag,
    collect_seconds: integer,
    last_sent_at: optional(instant),
    failures: integer,
    last_error: optional(text),
    last_error_at: optional(instant),
    next_at: optional(instant),
    created_at: instant,
  });
  await table('digest', {
    id,
    channel_id: references('channel.id', 'cascade'),
    recipient: optional(text),
    left_over: optional(json),
    attempts: integer,
    next_at: instant,
    error: optional(text),
    created_at: instant,
  });
  await table('notice', {
    id: sequence,
    channel_id: references('channel.id', 'cascade'),
    recipient: optional(text),
    digest_id: optional(references('digest.id', 'cascade')),
    kind: text,
    severity: text,
    certificate: text,
    facts: json,
    created_at: instant,
  });
}

async function work(table: Tables): Promise<void> {
  await table('job', {
    id,
    kind: text,
    subject: text,
    lock: text,
    state: text,
    urgency: instant,
    run_at: instant,
    again_at: optional(instant),
    attempt: integer,
    last_error: optional(text),
    created_at: instant,
  });
  await table('lock', { name: id, fence: integer, holder: optional(text), held_until: optional(instant) });
  await table('rate_bucket', { directory_url: text, bucket: text, state: real, updated_at: instant }, [
    'directory_url',
    'bucket',
  ]);
  await table('event', {
    id: sequence,
    at: instant,
    actor: text,
    action: text,
    subject: optional(text),
    outcome: text,
    message: text,
    detail: json,
  });
}

async function people(table: Tables): Promise<void> {
  await table('user', {
    id,
    name: text,
    role: text,
    password_hash: text,
    created_at: instant,
    last_sign_in_at: optional(instant),
  });
  await table('session', {
    id,
    user_id: references('user.id', 'cascade'),
    csrf_token: text,
    created_at: instant,
    expires_at: instant,
  });
  await table('token', {
    id,
    name: text,
    role: text,
    hash: text,
    created_by: text,
    user_id: optional(references('user.id', 'cascade')),
    created_at: instant,
    expires_at: optional(instant),
    last_used_at: optional(instant),
  });
}

async function uniqueIndexes(db: Kysely<unknown>): Promise<void> {
  for (const named of [
    'account',
    'solver',
    'policy',
    'load_balancer',
    'content_rule',
    'certificate',
    'intermediate',
    'target',
    'channel',
    'user',
    'token',
  ]) {
    await db.schema.createIndex(`${named}_name`).on(named).columns(['name']).unique().execute();
  }
  const unique: [table: string, name: string, columns: string[]][] = [
    ['domain', 'domain_pattern', ['pattern']],
    ['policy_account', 'policy_account_account', ['account_id', 'policy_id']],
    ['instance', 'instance_name', ['load_balancer_id', 'name']],
    ['virtual_service', 'virtual_service_socket', ['load_balancer_id', 'address', 'port']],
    ['identifier', 'identifier_value', ['value', 'certificate_id']],
    ['version', 'version_number', ['certificate_id', 'number']],
    ['challenge', 'challenge_order', ['order_id', 'challenge_url']],
    ['assignment', 'assignment_target', ['certificate_id', 'target_id']],
    ['job', 'job_subject', ['kind', 'subject']],
    ['token', 'token_hash', ['hash']],
  ];
  for (const [table, name, columns] of unique) {
    await db.schema.createIndex(name).on(table).columns(columns).unique().execute();
  }
  // One running order for each certificate: whatever goes wrong elsewhere, it is not ordered twice.
  await sql`create unique index order_running on "order" (certificate_id)
    where state not in ('done', 'failed', 'abandoned')`.execute(db);
  // Only what has ended is forgotten one day; what runs changes often and is not in it.
  await sql`create index order_finished on "order" (updated_at)
    where state in ('done', 'failed', 'abandoned')`.execute(db);
  // Those that fail are few among many: a change that may have repaired them finds them here.
  await sql`create index certificate_failing on certificate (policy_id) where failures > 0`.execute(db);
  // What is not cleaned up is few among many.
  await sql`create index challenge_uncleaned on challenge (order_id, id) where state <> 'cleaned'`.execute(db);
}

/** What is due, and what refers to a row, is found without looking at the rest. */
async function findingIndexes(db: Kysely<unknown>): Promise<void> {
  const indexes: [table: string, name: string, columns: string[]][] = [
    ['data_key', 'data_key_created_at', ['created_at']],
    ['account', 'account_key', ['key_id']],
    ['account', 'account_next_key', ['next_key_id']],
    ['policy', 'policy_default_solver', ['default_solver_id']],
    ['domain', 'domain_solver', ['solver_id']],
    ['virtual_service', 'virtual_service_parent', ['parent_index', 'position']],
    ['virtual_service', 'virtual_service_address', ['address', 'index']],
    ['virtual_service', 'virtual_service_port', ['port', 'index']],
    ['virtual_service', 'virtual_service_type', ['type', 'index']],
    ['virtual_service', 'virtual_service_name', ['name', 'index']],
    ['attached_rule', 'attached_rule_of', ['content_rule_id', 'virtual_service_index']],
    ['certificate', 'certificate_policy', ['policy_id', 'name']],
    ['certificate', 'certificate_imported_key', ['imported_key_id']],
    ['certificate', 'certificate_ari_check_at', ['ari_check_at']],
    ['identifier', 'identifier_solver', ['solver_id']],
    ['label', 'label_value', ['key', 'value', 'certificate_id']],
    ['version', 'version_key', ['key_id']],
    ['version', 'version_account', ['account_id']],
    ['version', 'version_serial', ['serial']],
    ['version', 'version_not_after', ['not_after']],
    ['order', 'order_certificate', ['certificate_id', 'id']],
    ['order', 'order_account', ['account_id']],
    ['order', 'order_key', ['key_id']],
    ['order', 'order_version', ['version_id']],
    ['challenge', 'challenge_solver', ['solver_id']],
    ['challenge', 'challenge_token', ['token']],
    ['assignment', 'assignment_of_target', ['target_id']],
    ['deployment', 'deployment_assignment', ['assignment_id', 'id']],
    ['deployment', 'deployment_version', ['version_id']],
    ['deployment', 'deployment_created_at', ['created_at']],
    ['certificate', 'certificate_notice_at', ['notice_at']],
    ['digest', 'digest_channel', ['channel_id', 'next_at']],
    ['notice', 'notice_channel', ['channel_id', 'digest_id', 'recipient', 'created_at']],
    ['notice', 'notice_digest', ['digest_id', 'id']],
    ['job', 'job_run_at', ['state', 'run_at']],
    ['job', 'job_urgency', ['state', 'urgency', 'id']],
    ['job', 'job_lock', ['lock', 'state', 'urgency', 'id']],
    ['lock', 'lock_held_until', ['held_until']],
    ['event', 'event_at', ['at']],
    ['event', 'event_subject', ['subject', 'id']],
    ['event', 'event_action', ['action', 'id']],
    ['event', 'event_actor', ['actor', 'id']],
    ['session', 'session_user', ['user_id']],
    ['session', 'session_expires_at', ['expires_at']],
  ];
  for (const [table, name, columns] of indexes) {
    await db.schema.createIndex(name).on(table).columns(columns).execute();
  }
  // Lists sort by these, and those without a value come first in both databases: they wait for their first version.
  await sql`create index certificate_not_after on certificate (coalesce(not_after, 0), id)`.execute(db);
  await sql`create index certificate_renew_at on certificate (coalesce(renew_at, 0), id)`.execute(db);
}

/** Which solvers and targets are a virtual service's is asked for each that is listed. */
async function virtualServicesOfPlugins(db: Kysely<unknown>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  // The expression of plugin-rows.ts: the databases know it again.
  const virtualService =
    dialect === 'sqlite' ? sql`cast(config ->> 'virtualService' as text)` : sql`(config::json ->> 'virtualService')`;
  await sql`create index solver_virtual_service on solver (${virtualService})`.execute(db);
  await sql`create index target_virtual_service on target (${virtualService})`.execute(db);
}

/** Servers that share a PostgreSQL hear of each other's events: notifications.ts listens. */
async function tellOfEvents(db: Kysely<unknown>): Promise<void> {
  await sql`create function certfleet_tell_of_event() returns trigger language plpgsql as $$
    begin
      perform pg_notify('certfleet_event', new.id::text);
      return null;
    end $$`.execute(db);
  await sql`create trigger event_told after insert on event
    for each row execute function certfleet_tell_of_event()`.execute(db);
}
