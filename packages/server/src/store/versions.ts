import type { RevocationReason } from '@certfleet/contract';
import { sql } from 'kysely';
import type { RevocationTrouble } from '../domain/pending-revocation.js';
import type { Instant } from '../domain/time.js';
import type { StoreContext } from './context.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import { fetchPage, type Page, type PageRequest } from './pages.js';
import { type RecordOf, RecordShape } from './records.js';
import { RevokedKeys } from './revoked-keys.js';
import type { VersionTable } from './schema/index.js';

/** One issued chain. */
export type VersionRecord = RecordOf<VersionTable, { revocation: PendingRevocation | null }>;
export type NewVersion = Omit<VersionRecord, 'id' | 'number' | 'revokedAt' | 'revocation' | 'replacedAt' | 'createdAt'>;
/** Asked for, and to be done when the next version is served in its place. */
export interface PendingRevocation {
  reason: RevocationReason;
  /** The actor who asked. */
  by: string;
  at: Instant;
  /** Null: it is on its way. */
  trouble: RevocationTrouble | null;
}
/** Which version is to be revoked. */
type Pending = PendingRevocation & { version: number };
/** With what the API shows of its key and account. */
export interface VersionDetail extends VersionRecord {
  keyAlgorithm: string | null;
  /** Its account's name; null when that was deleted or never known. */
  account: string | null;
}

const shape = new RecordShape<VersionTable, VersionRecord>({ json: ['revocation'] });

/** Issued chains, numbered from 1 for each certificate. */
export class Versions {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Gives it the certificate's next number. */
  async create(fields: NewVersion): Promise<VersionRecord> {
    const { db, now } = this.#context;
    const record: VersionRecord = {
      id: newId(),
      number: 0,
      ...fields,
      revokedAt: null,
      revocation: null,
      replacedAt: null,
      createdAt: now(),
    };
    const next = db
      .selectFrom('version')
      .select(sql<number>`coalesce(max(number), 0) + 1`.as('next'))
      .where('certificate_id', '=', fields.certificateId);
    const { number } = await db
      .insertInto('version')
      .values({ ...shape.row(record), number: next })
      .returning('number')
      .executeTakeFirstOrThrow();
    return { ...record, number };
  }

  async find(id: string): Promise<VersionRecord | undefined> {
    const row = await this.#context.db.selectFrom('version').selectAll().where('id', '=', id).executeTakeFirst();
    return row && shape.record(row);
  }

  /** Throws `not-found`. */
  async get(id: string): Promise<VersionRecord> {
    return found(await this.find(id), 'version', 'id', id);
  }

  /** The certificate's version with this number. Throws `not-found`. */
  async byNumber(certificateId: string, number: number): Promise<VersionRecord> {
    const row = await this.#context.db
      .selectFrom('version')
      .selectAll()
      .where('certificate_id', '=', certificateId)
      .where('number', '=', number)
      .executeTakeFirst();
    return shape.record(found(row, 'version', 'index', number));
  }

  /** The certificate's version whose leaf has this SHA-256; null when it is none of ours. */
  async byFingerprint(certificateId: string, fingerprintSha256: string): Promise<VersionRecord | null> {
    const row = await this.#context.db
      .selectFrom('version')
      .selectAll()
      .where('certificate_id', '=', certificateId)
      .where('fingerprint_sha256', '=', fingerprintSha256)
      .executeTakeFirst();
    return row ? shape.record(row) : null;
  }

  /** The certificate's current version; null when none was issued yet. */
  async current(certificateId: string): Promise<VersionRecord | null> {
    const row = await this.#context.db
      .selectFrom('certificate')
      .innerJoin('version', 'version.id', 'certificate.current_version_id')
      .selectAll('version')
      .where('certificate.id', '=', certificateId)
      .executeTakeFirst();
    return row ? shape.record(row) : null;
  }

  /** The one that it has replaced; null when it is the first, or that one was forgotten. */
  async before({
    certificateId,
    number,
  }: Pick<VersionRecord, 'certificateId' | 'number'>): Promise<VersionRecord | null> {
    const row = await this.#context.db
      .selectFrom('version')
      .selectAll()
      .where('certificate_id', '=', certificateId)
      .where('number', '<', number)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? shape.record(row) : null;
  }

  /** The newest first. */
  async byCertificate(certificateId: string, request: PageRequest = {}): Promise<Page<VersionDetail>> {
    const query = this.#context.db.selectFrom('version').selectAll().where('certificate_id', '=', certificateId);
    const sort = { key: 'number', id: 'id', descending: true } as const;
    const page = await fetchPage(query, request, sort, row => [row.number, row.id]);
    return { ...page, items: await this.#withNames(page.items.map(row => shape.record(row))) };
  }

  /** These versions as the API shows them, by id. */
  async details(ids: readonly string[]): Promise<Map<string, VersionDetail>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#context.db.selectFrom('version').selectAll().where('id', 'in', ids).execute();
    const details = await this.#withNames(rows.map(row => shape.record(row)));
    return new Map(details.map(detail => [detail.id, detail]));
  }

  /** The numbers of those of a certificate that are to be revoked when they are replaced. */
  async toBeRevoked(certificateId: string): Promise<number[]> {
    const rows = await this.#context.db
      .selectFrom('version')
      .select('number')
      .where('certificate_id', '=', certificateId)
      .where('revocation', 'is not', null)
      .orderBy('number')
      .execute();
    return rows.map(({ number }) => number);
  }

  /** What is to be revoked of each of these certificates, by its version's number. */
  async pendingRevocations(certificateIds: readonly string[]): Promise<Map<string, Pending[]>> {
    const rows = await this.#context.db
      .selectFrom('version')
      .select(['certificate_id', 'number', 'revocation'])
      .where('certificate_id', 'in', certificateIds)
      .where('revocation', 'is not', null)
      .orderBy('number')
      .execute();
    const pending = new Map<string, Pending[]>();
    for (const { certificate_id, number, revocation } of rows) {
      if (revocation === null) continue;
      const wish = JSON.parse(revocation) as PendingRevocation;
      pending.set(certificate_id, [...(pending.get(certificate_id) ?? []), { ...wish, version: number }]);
    }
    return pending;
  }

  /** What is to be revoked of all that an account has issued, by its certificate's name and its number. */
  async pendingOfAccount(accountId: string): Promise<(Pending & { certificate: string })[]> {
    const rows = await this.#context.db
      .selectFrom('version')
      .innerJoin('certificate', 'certificate.id', 'version.certificate_id')
      .select(['certificate.name as certificate', 'version.number', 'version.revocation'])
      .where('version.account_id', '=', accountId)
      .where('version.revocation', 'is not', null)
      .orderBy('certificate.name')
      .orderBy('version.number')
      .execute();
    return rows.flatMap(({ certificate, number, revocation }) =>
      revocation === null ? [] : [{ ...(JSON.parse(revocation) as PendingRevocation), version: number, certificate }],
    );
  }

  /** Null: it is not to be revoked any more. */
  async setRevocation(id: string, revocation: PendingRevocation | null): Promise<void> {
    await this.#context.db.updateTable('version').set(shape.changes({ revocation })).where('id', '=', id).execute();
  }

  /** Its key is remembered as well, so that it is never certified again. */
  markRevoked(id: string, at: Instant): Promise<void> {
    return this.#context.atomically(async context => {
      const { db } = context;
      const { publicKey, certificate, version } = await db
        .selectFrom('version')
        .innerJoin('key', 'key.id', 'version.key_id')
        .innerJoin('certificate', 'certificate.id', 'version.certificate_id')
        .select(['key.public_key as publicKey', 'certificate.name as certificate', 'version.number as version'])
        .where('version.id', '=', id)
        .executeTakeFirstOrThrow();
      await db.updateTable('version').set({ revoked_at: at, revocation: null }).where('id', '=', id).execute();
      await new RevokedKeys(context).add(publicKey, { certificate, version, revokedAt: at });
    });
  }

  async markReplaced(id: string, at: Instant): Promise<void> {
    await this.#context.db.updateTable('version').set({ replaced_at: at }).where('id', '=', id).execute();
  }

  async #withNames(versions: readonly VersionRecord[]): Promise<VersionDetail[]> {
    if (versions.length === 0) return [];
    const names = await this.#context.db
      .selectFrom('version')
      .innerJoin('key', 'key.id', 'version.key_id')
      .leftJoin('account', 'account.id', 'version.account_id')
      .select(['version.id', 'key.algorithm', 'account.name'])
      .where(
        'version.id',
        'in',
        versions.map(version => version.id),
      )
      .execute();
    const byId = new Map(names.map(row => [row.id, row]));
    return versions.map(version => ({
      ...version,
      keyAlgorithm: byId.get(version.id)?.algorithm ?? null,
      account: byId.get(version.id)?.name ?? null,
    }));
  }
}
