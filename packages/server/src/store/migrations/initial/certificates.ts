import { sql } from 'kysely';
import { flag, id, instant, integer, json, optional, references, sealed, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Certificates with their names, labels and versions, and what completes the chains of imported ones. */
export async function certificates({ db, index, table, unique }: TableMaker): Promise<void> {
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
    failing_since: optional(instant),
    needs_person: flag,
    strikes: integer,
    last_error: optional(text),
    last_error_at: optional(instant),
    last_problem: optional(json),
    retry_at: optional(instant),
    waits_for: optional(text),
    notice_at: optional(instant),
    notice_step: optional(integer),
    created_at: instant,
    updated_at: instant,
  });
  await unique('certificate', 'certificate_name', ['name']);
  await index('certificate', 'certificate_policy', ['policy_id', 'name']);
  await index('certificate', 'certificate_imported_key', ['imported_key_id']);
  await index('certificate', 'certificate_ari_check_at', ['ari_check_at']);
  await index('certificate', 'certificate_notice_at', ['notice_at']);
  // Those that fail are few among many: a change that may have repaired them finds them here.
  await sql`create index certificate_failing on certificate (policy_id) where failures > 0`.execute(db);
  // Lists sort by these, and those without a value come first in both databases: they wait for their first version.
  await sql`create index certificate_not_after on certificate (coalesce(not_after, 0), id)`.execute(db);
  await sql`create index certificate_renew_at on certificate (coalesce(renew_at, 0), id)`.execute(db);
  // Nothing renews what was imported: those that end soon are found among these, not among all that end soon.
  await sql`create index certificate_unrenewed on certificate (policy_id, coalesce(not_after, 0))
    where policy_id is null`.execute(db);

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
  await unique('identifier', 'identifier_value', ['value', 'certificate_id']);
  await index('identifier', 'identifier_solver', ['solver_id']);

  await table('label', { certificate_id: certificate, key: text, value: text }, ['certificate_id', 'key']);
  await index('label', 'label_value', ['key', 'value', 'certificate_id']);

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
  await unique('version', 'version_number', ['certificate_id', 'number']);
  await index('version', 'version_key', ['key_id']);
  await index('version', 'version_account', ['account_id']);
  await index('version', 'version_serial', ['serial']);
  await index('version', 'version_not_after', ['not_after']);
  await sql`create index version_revoked on version (certificate_id) where revoked_at is not null`.execute(db);

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
  await unique('intermediate', 'intermediate_name', ['name']);
}
