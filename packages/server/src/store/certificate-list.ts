import type {
  CertificateHealth,
  CertificateSource,
  CertificateStatus,
  RequestStatus,
  ServicePlace,
} from '@certfleet/contract';
import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import { parseDomainPattern } from '../domain/domain-pattern.js';
import type { Instant } from '../domain/time.js';
import { isDecidedBy } from './bound-names.js';
import { certificateHealth, hasHealth } from './certificate-health.js';
import {
  byCertificate,
  type CertificateIdentifier,
  type CertificateRow,
  certificateShape,
} from './certificate-rows.js';
import { isOpen } from './challenges.js';
import type { StoreContext } from './context.js';
import { firstServices } from './first-services.js';
import { isRunning, type OrderRecord } from './orders.js';
import { fetchPage, fetchPageAfter, type Page, type PageRequest } from './pages.js';
import { hasRequestStatus, requestStatus } from './request-status.js';
import type { CertificateTable, Database } from './schema/index.js';
import { contains } from './search.js';
import { servedUntil } from './served-until.js';
import { type PendingRevocation, type VersionDetail, Versions } from './versions.js';

export interface CertificateFilter {
  /** Part of a certificate's name or of one of its identifiers. */
  search?: string | undefined;
  status?: CertificateStatus | undefined;
  health?: CertificateHealth | undefined;
  request?: RequestStatus | undefined;
  /** `key` or `key=value` */
  label?: string | undefined;
  /** A policy's name. */
  policy?: string | undefined;
  source?: CertificateSource | undefined;
  /** The name of the account that issued the current version. */
  account?: string | undefined;
  /** The name of a target that it is assigned to. */
  target?: string | undefined;
  /** The pattern of a domain that decides on one of its names. */
  domain?: string | undefined;
  /** RFC 3339 */
  expiresBefore?: string | undefined;
  /** Certificates without a version come first when sorting upwards. Default: name. */
  sort?: 'name' | '-name' | 'notAfter' | '-notAfter' | 'renewal' | '-renewal' | undefined;
}

/** A certificate with everything that the API shows of it. */
export interface CertificateDetail extends CertificateRow {
  identifiers: (CertificateIdentifier & { solver: string | null })[];
  labels: Record<string, string>;
  /** The policy's name; null: it was imported. */
  policy: string | null;
  /** As the policy says. */
  renewDaysBefore: number | null;
  status: CertificateStatus;
  health: CertificateHealth;
  /** Null: it was imported. */
  request: RequestStatus | null;
  /** Whether a password is kept for its keystores. */
  hasKeystorePassword: boolean;
  /** The current version. */
  version: VersionDetail | null;
  toBeRevoked: (PendingRevocation & { version: number })[];
  /** When the first of what its targets serve ends; null: none was read. */
  servedUntil: Instant | null;
  /** The order that is not finished. */
  order: ShownOrder | null;
  /** How many targets it is assigned to. */
  assignments: number;
  /** The first of the virtual services that those are. */
  virtualServices: ServicePlace[];
}

interface ShownOrder extends Pick<OrderRecord, 'id' | 'state' | 'waitsFor' | 'waitsUntil' | 'createdAt' | 'updatedAt'> {
  account: string;
  /** Whether a person has to present challenges before anything goes on. */
  needsPerson: boolean;
}

/** What a certificate's status follows from. */
interface StatusFacts {
  currentVersionId: string | null;
  notAfter: Instant | null;
  failures: number;
}

/** The worst that can be said of it. {@link hasStatus} says the same in SQL. */
function certificateStatus(facts: StatusFacts, revokedAt: Instant | null, now: Instant): CertificateStatus {
  if (revokedAt !== null) return 'revoked';
  if (facts.notAfter !== null && facts.notAfter <= now) return 'expired';
  if (facts.failures > 0) return 'failing';
  return facts.currentVersionId === null ? 'pending' : 'valid';
}

type CertificateQuery = ExpressionBuilder<Database, 'certificate'>;

function hasStatus(eb: CertificateQuery, status: CertificateStatus, now: Instant) {
  const revoked = eb.exists(
    eb
      .selectFrom('version')
      .select('version.id')
      .whereRef('version.id', '=', 'certificate.current_version_id')
      .where('version.revoked_at', 'is not', null),
  );
  const expired = eb(eb.fn.coalesce('certificate.not_after', eb.val(now + 1)), '<=', now);
  const failing = eb('certificate.failures', '>', 0);
  const pending = eb('certificate.current_version_id', 'is', null);
  switch (status) {
    case 'revoked':
      return revoked;
    case 'expired':
      return eb.and([eb.not(revoked), expired]);
    case 'failing':
      return eb.and([eb.not(revoked), eb.not(expired), failing]);
    case 'pending':
      return eb.and([eb.not(failing), pending]);
    case 'valid':
      return eb.and([eb.not(revoked), eb.not(expired), eb.not(failing), eb.not(pending)]);
  }
}

/** How many certificates have each status: one pass over an index for each. */
export async function countByStatus({ db, now }: StoreContext): Promise<Record<CertificateStatus, number>> {
  const count = async (status: CertificateStatus) => {
    const query = db.selectFrom('certificate').select(eb => eb.fn.countAll<number>().as('count'));
    const row = await query.where(eb => hasStatus(eb, status, now())).executeTakeFirstOrThrow();
    return Number(row.count);
  };
  return {
    pending: await count('pending'),
    valid: await count('valid'),
    failing: await count('failing'),
    expired: await count('expired'),
    revoked: await count('revoked'),
  };
}

/** By what lists sort. The expressions are those of the indexes. */
const sortKeys = {
  name: sql<string | number>`certificate.name`,
  notAfter: sql<string | number>`coalesce(not_after, 0)`,
  renewal: sql<string | number>`coalesce(renew_at, 0)`,
};

/** {@link import('./certificates.js').Certificates.list} */
export async function listCertificates(
  context: StoreContext,
  request: PageRequest & CertificateFilter,
): Promise<Page<CertificateDetail>> {
  const { sort = 'name', search } = request;
  const query = context.db.selectFrom('certificate').selectAll('certificate').where(fits(context, request));
  const by = sort.replace('-', '') as keyof typeof sortKeys;
  const order = { key: sortKeys[by], id: 'certificate.id', descending: sort.startsWith('-') } as const;
  const pageOf = (some: typeof query, part: PageRequest) =>
    fetchPage(some, part, order, row => [
      by === 'name' ? row.name : ((by === 'notAfter' ? row.not_after : row.renew_at) ?? 0),
      row.id,
    ]);
  // The one that is called exactly so comes first, as in other lists. It is read by itself, by the index of names: to
  // sort all that are found for it would be to read all of them.
  const page =
    search && sort === 'name'
      ? await fetchPageAfter(
          request.cursor === undefined
            ? await query.where('certificate.name', '=', search).executeTakeFirst()
            : undefined,
          request,
          part => pageOf(query.where('certificate.name', '<>', search), part),
        )
      : await pageOf(query, request);
  return { ...page, items: await certificateDetails(context, page.items) };
}

/** Whether a certificate is one of those that are meant. */
export function fits(context: StoreContext, filter: CertificateFilter) {
  return (eb: CertificateQuery) => eb.and(conditions(eb, context.now(), filter));
}

function conditions(eb: CertificateQuery, now: Instant, filter: CertificateFilter): Expression<SqlBool>[] {
  const { search, status, health, request, label, policy, account, target, domain, source, expiresBefore } = filter;
  const all: Expression<SqlBool>[] = [];
  if (search) {
    const own = eb
      .selectFrom('identifier')
      .select('identifier.certificate_id')
      .whereRef('identifier.certificate_id', '=', 'certificate.id')
      .where(contains('identifier.value', search));
    all.push(eb.or([contains('certificate.name', search), eb.exists(own)]));
  }
  if (status) all.push(hasStatus(eb, status, now));
  if (health) all.push(hasHealth(health, now));
  if (request) all.push(hasRequestStatus(request, now));
  if (label) {
    const [key, value] = splitLabel(label);
    const own = eb
      .selectFrom('label')
      .select('label.certificate_id')
      .whereRef('label.certificate_id', '=', 'certificate.id')
      .where('label.key', '=', key);
    all.push(eb.exists(value === undefined ? own : own.where('label.value', '=', value)));
  }
  if (policy !== undefined) {
    all.push(eb('policy_id', '=', eb.selectFrom('policy').select('policy.id').where('name', '=', policy)));
  }
  if (account !== undefined) {
    const issued = eb
      .selectFrom('version')
      .innerJoin('account', 'account.id', 'version.account_id')
      .select('version.id')
      .whereRef('version.id', '=', 'certificate.current_version_id')
      .where('account.name', '=', account);
    all.push(eb.exists(issued));
  }
  if (target !== undefined) {
    const assigned = eb
      .selectFrom('assignment')
      .innerJoin('target', 'target.id', 'assignment.target_id')
      .select('assignment.certificate_id')
      .where('target.name', '=', target);
    all.push(eb('certificate.id', 'in', assigned));
  }
  if (domain !== undefined) {
    const decided = eb
      .selectFrom('identifier')
      .select('identifier.certificate_id')
      .whereRef('identifier.certificate_id', '=', 'certificate.id')
      .where(isDecidedBy(parseDomainPattern(domain)));
    // An imported one is not proven.
    all.push(eb('policy_id', 'is not', null), eb.exists(decided));
  }
  if (source !== undefined) all.push(eb('policy_id', source === 'imported' ? 'is' : 'is not', null));
  if (expiresBefore !== undefined) {
    all.push(sql<SqlBool>`coalesce(certificate.not_after, 0) between 1 and ${Date.parse(expiresBefore) - 1}`);
  }
  return all;
}

function splitLabel(label: string): [key: string, value: string | undefined] {
  const at = label.indexOf('=');
  return at < 0 ? [label, undefined] : [label.slice(0, at), label.slice(at + 1)];
}

/** Everything that the API shows of these certificates: one query for each kind of thing, not for each certificate. */
export async function certificateDetails(
  context: StoreContext,
  rows: readonly Selectable<CertificateTable>[],
): Promise<CertificateDetail[]> {
  if (rows.length === 0) return [];
  const { db, now } = context;
  const ids = rows.map(row => row.id);
  const identifiers = await db
    .selectFrom('identifier')
    .leftJoin('solver', 'solver.id', 'identifier.solver_id')
    .select(['certificate_id', 'identifier.type', 'value', 'solver_id as solverId', 'solver.name as solver'])
    .where('certificate_id', 'in', ids)
    .orderBy('certificate_id')
    .orderBy('position')
    .execute();
  const labels = await db
    .selectFrom('label')
    .selectAll()
    .where('certificate_id', 'in', ids)
    .orderBy('certificate_id')
    .orderBy('key')
    .execute();
  const policyIds = new Set(rows.flatMap(row => row.policy_id ?? []));
  const policies =
    policyIds.size === 0
      ? []
      : await db
          .selectFrom('policy')
          .select(['id', 'name', 'renew_days_before'])
          .where('id', 'in', [...policyIds])
          .execute();
  const versions = await new Versions(context).details(rows.flatMap(row => row.current_version_id ?? []));
  const toBeRevoked = await new Versions(context).pendingRevocations(ids);
  const orders = await db
    .selectFrom('order')
    .innerJoin('account', 'account.id', 'order.account_id')
    .select(['certificate_id', 'order.id', 'state', 'waits_for as waitsFor', 'waits_until as waitsUntil'])
    .select(['order.created_at as createdAt', 'order.updated_at as updatedAt', 'account.name as account'])
    .select(eb => {
      const open = eb
        .selectFrom('challenge')
        .select('challenge.id')
        .whereRef('order_id', '=', 'order.id')
        .where(isOpen);
      return eb.case().when(eb.exists(open)).then(1).else(0).end().as('open');
    })
    .where('certificate_id', 'in', ids)
    .where(isRunning)
    .execute();
  const requests = await db
    .selectFrom('certificate')
    .select(['id', requestStatus(now()).as('status'), certificateHealth(now()).as('health')])
    .select(servedUntil.as('servedUntil'))
    .where('id', 'in', ids)
    .execute();
  const assignments = await db
    .selectFrom('assignment')
    .select(eb => ['certificate_id', eb.fn.countAll<number>().as('count')])
    .where('certificate_id', 'in', ids)
    .groupBy('certificate_id')
    .execute();
  const identifiersOf = byCertificate(identifiers);
  const labelsOf = byCertificate(labels);
  const ordersOf = byCertificate(orders);
  const policyOf = new Map(policies.map(policy => [policy.id, policy]));
  const states = new Map(requests.map(state => [state.id, state]));
  const counts = new Map(assignments.map(({ certificate_id, count }) => [certificate_id, Number(count)]));
  const services = await firstServices(context, counts);
  return rows.map(row => {
    const record = certificateShape.record(row);
    const version = (row.current_version_id && versions.get(row.current_version_id)) || null;
    return {
      ...record,
      identifiers: identifiersOf(row.id),
      labels: Object.fromEntries(labelsOf(row.id).map(({ key, value }) => [key, value])),
      policy: policyOf.get(row.policy_id ?? '')?.name ?? null,
      renewDaysBefore: policyOf.get(row.policy_id ?? '')?.renew_days_before ?? null,
      status: certificateStatus(record, version?.revokedAt ?? null, now()),
      health: states.get(row.id)?.health ?? 'healthy',
      request: states.get(row.id)?.status ?? null,
      hasKeystorePassword: row.keystore_password !== null,
      version,
      toBeRevoked: toBeRevoked.get(row.id) ?? [],
      servedUntil: states.get(row.id)?.servedUntil ?? null,
      order: shownOrder(ordersOf(row.id)[0]),
      assignments: counts.get(row.id) ?? 0,
      virtualServices: services.get(row.id) ?? [],
    };
  });
}

function shownOrder(row: (Omit<ShownOrder, 'needsPerson'> & { open: number }) | undefined): ShownOrder | null {
  if (row === undefined) return null;
  const { open, ...order } = row;
  return { ...order, needsPerson: open === 1 };
}

/** The names of the certificates that are for exactly these identifiers, by name. */
export async function certificatesWithSameNames({ db }: StoreContext, values: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('certificate')
    .select('certificate.name')
    .where('certificate.id', 'in', eb =>
      eb
        .selectFrom('identifier')
        .select('certificate_id')
        .where('value', 'in', values)
        .groupBy('certificate_id')
        .having(count => count.fn.countAll(), '=', values.length),
    )
    // It has no others beside them.
    .where(
      eb =>
        eb
          .selectFrom('identifier')
          .select(all => all.fn.countAll().as('count'))
          .whereRef('identifier.certificate_id', '=', 'certificate.id'),
      '=',
      values.length,
    )
    .orderBy('certificate.name')
    .execute();
  return rows.map(({ name }) => name);
}
