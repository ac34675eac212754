import { id, instant, integer, optional, references, sealed, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Accounts at CAs, and the keys of accounts and certificates. */
export async function accounts({ index, table, unique }: TableMaker): Promise<void> {
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
  await unique('account', 'account_name', ['name']);
  await index('account', 'account_key', ['key_id']);
  await index('account', 'account_next_key', ['next_key_id']);
}
