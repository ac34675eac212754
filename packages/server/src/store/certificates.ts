import type { CertificateStatus } from '@certfleet/contract';
import type { Selectable } from 'kysely';
import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import {
  type CertificateDetail,
  type CertificateFilter,
  certificateDetails,
  certificatesWithSameNames,
  countByStatus,
  listCertificates,
} from './certificate-list.js';
import {
  type AcmeCertificate,
  byCertificate,
  type CertificateIdentifier,
  type CertificateRecord,
  type CertificateRow,
  certificateShape,
  isAcme,
} from './certificate-rows.js';
import type { StoreContext } from './context.js';
import { nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { Keys } from './keys.js';
import { found } from './missing.js';
import type { Page, PageRequest } from './pages.js';
import type { Patch } from './records.js';
import type { CertificateTable, IdentifierTable } from './schema/index.js';

export type { AcmeCertificate, CertificateIdentifier, CertificateRecord, CertificateRow };
export { isAcme };

export type NewCertificate = Pick<CertificateRow, 'name' | 'policyId'> & {
  identifiers: readonly CertificateIdentifier[];
  labels?: Readonly<Record<string, string>> | undefined;
} & Partial<Omit<CertificateRow, 'id' | 'createdAt' | 'updatedAt'>>;

function passwordOf(id: string) {
  return { table: 'certificate', column: 'keystore_password', id } as const;
}

export type CertificatePatch = Patch<CertificateRow, 'updatedAt'>;

/** Certificates with their names and labels. */
export class Certificates {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  create({ identifiers, labels, ...fields }: NewCertificate): Promise<CertificateRecord> {
    return this.#context.atomically(async context => {
      const now = context.now();
      const row: CertificateRow = {
        id: newId(),
        subject: {},
        keyAlgorithm: null,
        keyOnRenewal: null,
        importedKeyId: null,
        signatureAlgorithm: null,
        profile: null,
        csr: null,
        keystoreType: null,
        currentVersionId: null,
        notAfter: null,
        revision: 1,
        renewAt: null,
        renewReason: null,
        ariChoice: null,
        ariCheckAt: null,
        ariFailures: 0,
        retryAt: null,
        waitsFor: null,
        noticeAt: null,
        noticeStep: null,
        failures: 0,
        failingSince: null,
        needsPerson: false,
        strikes: 0,
        lastError: null,
        lastErrorAt: null,
        lastProblem: null,
        ...fields,
        createdAt: now,
        updatedAt: now,
      };
      await context.db
        .insertInto('certificate')
        .values(certificateShape.row(row))
        .execute()
        .catch(nameIsTaken('certificate', row.name));
      const certificates = new Certificates(context);
      await certificates.#insertIdentifiers(row.id, identifiers);
      if (labels) await certificates.#insertLabels(row.id, labels);
      return { ...row, identifiers: [...identifiers] };
    });
  }

  async find(id: string): Promise<CertificateRecord | undefined> {
    const query = this.#context.db.selectFrom('certificate').selectAll().where('id', '=', id);
    return (await this.#withIdentifiers(await query.execute()))[0];
  }

  /** Throws `not-found`, as does {@link byName}. */
  async get(id: string): Promise<CertificateRecord> {
    return found(await this.find(id), 'certificate', 'id', id);
  }

  async findByName(name: string): Promise<CertificateRecord | undefined> {
    const query = this.#context.db.selectFrom('certificate').selectAll().where('name', '=', name);
    return (await this.#withIdentifiers(await query.execute()))[0];
  }

  async byName(name: string): Promise<CertificateRecord> {
    return found(await this.findByName(name), 'certificate', 'name', name);
  }

  /** What says when it is due and how urgent that is; undefined when it is not there any more. */
  async timing(
    id: string,
  ): Promise<Pick<CertificateRow, 'id' | 'notAfter' | 'renewAt' | 'retryAt' | 'createdAt'> | undefined> {
    return this.#context.db
      .selectFrom('certificate')
      .select(['id', 'not_after as notAfter', 'renew_at as renewAt', 'retry_at as retryAt', 'created_at as createdAt'])
      .where('id', '=', id)
      .executeTakeFirst();
  }

  /** The names of those that are for exactly these identifiers, by name. */
  withSameNames(values: readonly string[]): Promise<string[]> {
    return certificatesWithSameNames(this.#context, values);
  }

  /** Its revision alone; null when it is not there any more. */
  async revision(id: string): Promise<number | null> {
    const { db, dialect } = this.#context;
    const query = db.selectFrom('certificate').select('revision').where('id', '=', id);
    // Locked: a change that is committed a moment later must find the order as it is then.
    const row = await (dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
    return row?.revision ?? null;
  }

  /**
   * Locks these until the end of the transaction, in the order of their ids: two that change several certificates at a
   * time wait for each other in no other way. SQLite has one writer at a time in any case.
   */
  async lock(column: 'id' | 'name', values: readonly string[]): Promise<void> {
    const { db, dialect } = this.#context;
    if (dialect !== 'postgres' || values.length === 0) return;
    await db.selectFrom('certificate').select('id').where(column, 'in', values).orderBy('id').forUpdate().execute();
  }

  /** A page with everything that the API shows of each. */
  list(request: PageRequest & CertificateFilter = {}): Promise<Page<CertificateDetail>> {
    return listCertificates(this.#context, request);
  }

  /** One certificate as {@link list} has it. Throws `not-found`. */
  async detail(name: string): Promise<CertificateDetail> {
    const rows = await this.#context.db.selectFrom('certificate').selectAll().where('name', '=', name).execute();
    const [detail] = await certificateDetails(this.#context, rows);
    return found(detail, 'certificate', 'name', name);
  }

  async labels(id: string): Promise<Record<string, string>> {
    const rows = await this.#context.db
      .selectFrom('label')
      .select(['key', 'value'])
      .where('certificate_id', '=', id)
      .orderBy('key')
      .execute();
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  }

  /** Throws `already-exists` when renamed to a name that is taken. */
  async update(id: string, patch: CertificatePatch): Promise<void> {
    await this.#context.db
      .updateTable('certificate')
      .set(certificateShape.changes({ ...patch, updatedAt: this.#context.now() }))
      .where('id', '=', id)
      .execute()
      .catch(nameIsTaken('certificate', patch.name ?? ''));
  }

  /** Those for which a key with this public half (base64 of its SubjectPublicKeyInfo) was brought along. */
  async withImportedKey(publicKey: string): Promise<CertificateRecord[]> {
    const { db } = this.#context;
    // Few certificates have one, while there are many keys: the index knows these, and SQLite keeps to this order.
    const rows = await db
      .selectFrom('certificate')
      .selectAll('certificate')
      .where('imported_key_id', '>', '')
      .where(
        eb => eb.selectFrom('key').select('key.public_key').whereRef('key.id', '=', 'certificate.imported_key_id'),
        '=',
        publicKey,
      )
      .execute();
    return this.#withIdentifiers(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  }

  /** What its keystores are put under; null: nothing is kept for that. Throws `not-found`. */
  async keystorePassword(id: string): Promise<string | null> {
    const { db, sealer } = this.#context;
    const row = await db.selectFrom('certificate').select('keystore_password').where('id', '=', id).executeTakeFirst();
    return sealer.openOptional(passwordOf(id), found(row, 'certificate', 'id', id).keystore_password);
  }

  async setKeystorePassword(id: string, password: string | null): Promise<void> {
    const { db, sealer } = this.#context;
    const keystore_password = await sealer.sealOptional(passwordOf(id), password);
    await db.updateTable('certificate').set({ keystore_password }).where('id', '=', id).execute();
  }

  /** Replaces all names. */
  setIdentifiers(id: string, identifiers: readonly CertificateIdentifier[]): Promise<void> {
    return this.#context.atomically(async context => {
      await context.db.deleteFrom('identifier').where('certificate_id', '=', id).execute();
      await new Certificates(context).#insertIdentifiers(id, identifiers);
    });
  }

  /** Replaces all labels. */
  setLabels(id: string, labels: Readonly<Record<string, string>>): Promise<void> {
    return this.#context.atomically(async context => {
      await context.db.deleteFrom('label').where('certificate_id', '=', id).execute();
      await new Certificates(context).#insertLabels(id, labels);
    });
  }

  /** Those whose renewalInfo is to be asked for by now, the longest overdue first. */
  async dueForAriCheck(now: Instant, limit: number): Promise<CertificateRecord[]> {
    const rows = await this.#context.db
      .selectFrom('certificate')
      .selectAll()
      .where('ari_check_at', '<=', now)
      .orderBy('ari_check_at')
      .limit(limit)
      .execute();
    return this.#withIdentifiers(rows);
  }

  /** When the next certificate's renewalInfo is to be asked for; null when there is none. */
  async nextAriCheckAt(): Promise<Instant | null> {
    const { next } = await this.#context.db
      .selectFrom('certificate')
      .select(eb => eb.fn.min('ari_check_at').as('next'))
      .executeTakeFirstOrThrow();
    return next;
  }

  /** The ids of those about which is to be decided by now whether to tell that they expire, the longest due first. */
  async dueForNotice(now: Instant, limit: number): Promise<string[]> {
    const rows = await this.#context.db
      .selectFrom('certificate')
      .select('id')
      .where('notice_at', '<=', now)
      .orderBy('notice_at')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  }

  /** When the next one is due for that; null when there is none. */
  async nextNoticeAt(): Promise<Instant | null> {
    const { next } = await this.#context.db
      .selectFrom('certificate')
      .select(eb => eb.fn.min('notice_at').as('next'))
      .executeTakeFirstOrThrow();
    return next;
  }

  /** How many have each status. Looks at all of them, so it is for metrics and overviews only. */
  countByStatus(): Promise<Record<CertificateStatus, number>> {
    return countByStatus(this.#context);
  }

  /**
   * Deletes the certificate with its versions, orders, assignments, and the keys that nothing else uses.
   * Throws `not-possible` while something may be presented for it.
   */
  delete(id: string): Promise<void> {
    return this.#context.atomically(async context => {
      const { db } = context;
      const orders = db.selectFrom('order').select('id').where('certificate_id', '=', id);
      const presented = await db
        .selectFrom('challenge')
        .select('identifier')
        .where('state', '<>', 'cleaned')
        .where('order_id', 'in', orders)
        .execute();
      if (presented.length > 0) {
        const names = presented.map(challenge => challenge.identifier).join(', ');
        throw new DomainError(
          'not-possible',
          `The certificate can't be deleted yet: an order of it is being worked on, which presents challenges for ${names}. They are taken away when it ends; repeat it then.`,
        );
      }
      const keys = await db
        .selectFrom('version')
        .select('key_id')
        .where('certificate_id', '=', id)
        .union(db.selectFrom('order').select('key_id').where('certificate_id', '=', id))
        .union(
          db
            .selectFrom('certificate')
            .select(eb => eb.ref('imported_key_id').$notNull().as('key_id'))
            .where('id', '=', id)
            .where('imported_key_id', 'is not', null),
        )
        .execute();
      await db.deleteFrom('challenge').where('order_id', 'in', orders).execute();
      await db.deleteFrom('certificate').where('id', '=', id).execute();
      await new Keys(context).deleteUnused(keys.map(row => row.key_id));
    });
  }

  async #insertIdentifiers(id: string, identifiers: readonly CertificateIdentifier[]): Promise<void> {
    if (identifiers.length === 0) return;
    const rows: IdentifierTable[] = identifiers.map(({ type, value, solverId }, position) => ({
      certificate_id: id,
      position,
      type,
      value,
      solver_id: solverId,
    }));
    await this.#context.db.insertInto('identifier').values(rows).execute();
  }

  async #insertLabels(id: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const rows = Object.entries(labels).map(([key, value]) => ({ certificate_id: id, key, value }));
    if (rows.length > 0) await this.#context.db.insertInto('label').values(rows).execute();
  }

  async #withIdentifiers(rows: readonly Selectable<CertificateTable>[]): Promise<CertificateRecord[]> {
    if (rows.length === 0) return [];
    const identifiers = await this.#context.db
      .selectFrom('identifier')
      .select(['certificate_id', 'type', 'value', 'solver_id as solverId'])
      .where(
        'certificate_id',
        'in',
        rows.map(row => row.id),
      )
      .orderBy('certificate_id')
      .orderBy('position')
      .execute();
    const identifiersOf = byCertificate(identifiers);
    return rows.map(row => ({ ...certificateShape.record(row), identifiers: identifiersOf(row.id) }));
  }
}
