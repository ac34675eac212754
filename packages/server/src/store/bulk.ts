import type { BulkAction, BulkPreview, BulkSelection } from '@certfleet/contract';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import { type CertificateDetail, certificateDetails, fits } from './certificate-list.js';
import type { StoreContext } from './context.js';

/** Why something can't be done to a certificate. */
interface Refusal {
  reason: string;
  when: RawBuilder<SqlBool>;
}

const imported = sql<SqlBool>`certificate.policy_id is null`;
const nothingIssued: Refusal = {
  reason: 'Nothing was issued yet.',
  when: sql`certificate.current_version_id is null`,
};

function isOn(target: string, like: RawBuilder<unknown> = sql`1 = 1`): RawBuilder<SqlBool> {
  return sql`exists (select 1 from assignment inner join target on target.id = assignment.target_id
    where assignment.certificate_id = certificate.id and target.name = ${target} and ${like})`;
}

/** Whether the current version is like that. */
function isCurrent(like: RawBuilder<SqlBool>): RawBuilder<SqlBool> {
  return sql`exists (select 1 from version where version.id = certificate.current_version_id and ${like})`;
}

/** What can be said without trying; the actions themselves decide, one by one. */
function refusalsOf(act: BulkAction): Refusal[] {
  switch (act.action) {
    case 'renew':
      return [{ reason: 'It was imported: import the next one.', when: imported }];
    case 'delete':
      return [
        {
          reason: 'It is assigned to targets. Unassign it first.',
          when: sql`exists (select 1 from assignment where assignment.certificate_id = certificate.id)`,
        },
        {
          reason: 'A version of it is still to be revoked, which takes its account.',
          when: sql`exists (select 1 from version where version.certificate_id = certificate.id
            and version.revocation is not null)`,
        },
      ];
    case 'assign':
      return [
        act.isDefault
          ? {
              reason: `It is the default of ${act.target} already.`,
              when: isOn(act.target, sql`assignment.is_default = 1`),
            }
          : { reason: `It is assigned to ${act.target} already.`, when: isOn(act.target) },
        { reason: 'Its private key never came here: a CSR was brought along.', when: sql`certificate.csr is not null` },
      ];
    case 'unassign':
      return [{ reason: `It is not assigned to ${act.target}.`, when: sql`not ${isOn(act.target)}` }];
    case 'revoke':
      return [
        { reason: 'It was imported: whoever issued it can revoke it.', when: imported },
        nothingIssued,
        {
          reason: 'Its current version is revoked already.',
          when: isCurrent(sql`version.revoked_at is not null`),
        },
        {
          reason: 'No account is known for its current version: ask its CA.',
          when: isCurrent(sql`version.account_id is null`),
        },
        ...(act.replaceFirst
          ? [
              {
                reason: 'Its key came with a CSR and is not certified again. Revoke it at once.',
                when: sql<SqlBool>`certificate.csr is not null`,
              },
            ]
          : []),
      ];
    case 'export':
      return [nothingIssued];
  }
}

/** Which of these reasons, as its place among them, is the first that a certificate gives; null: none. */
function refusalAmong(reasons: readonly Refusal[]): RawBuilder<number | null> {
  const cases = reasons.map(({ when }, at) => sql`when ${when} then ${sql.lit(at)}`);
  return sql<number | null>`case ${sql.join(cases, sql` `)} end`;
}

/** One of those that are meant. */
export interface Meant {
  name: string;
  createdAt: Instant;
  /** Why it can't be done to it; null: nothing is known against it. */
  refusal: string | null;
}

/** Many certificates at a time, in the order of their names. */
export class Bulks {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Those that are meant, those after `after`, each with why it can't be done to it, if that can be said. */
  async next(selection: BulkSelection, act: BulkAction, after: string, limit: number): Promise<Meant[]> {
    const reasons = refusalsOf(act);
    const rows = await this.#after(selection, after, limit)
      .select(['certificate.name', 'certificate.created_at as createdAt', refusalAmong(reasons).as('refusal')])
      .execute();
    return rows.map(({ refusal, ...one }) => ({
      ...one,
      refusal: refusal === null ? null : (reasons[Number(refusal)]?.reason ?? null),
    }));
  }

  /** Those that are meant as the API shows them, those after `after`. */
  async details(selection: BulkSelection, after: string, limit: number): Promise<CertificateDetail[]> {
    const rows = await this.#after(selection, after, limit).selectAll('certificate').execute();
    return certificateDetails(this.#context, rows);
  }

  /** The current versions of those that are meant and have one, those after `after`, with their chains (PEM). */
  async chains(selection: BulkSelection, after: string, limit: number) {
    return await this.#after(selection, after, limit)
      .innerJoin('version', 'version.id', 'certificate.current_version_id')
      .select(['certificate.name', 'version.number', 'version.chain'])
      .execute();
  }

  /** How many are meant, and with how many of them it can't be done for which reason, the first by name. */
  async preview(
    selection: BulkSelection,
    act: BulkAction,
    shown: number,
  ): Promise<Pick<BulkPreview, 'total' | 'possible' | 'refusals'>> {
    const reasons = refusalsOf(act);
    const refusal = refusalAmong(reasons);
    const counted = await this.#meant(selection)
      .select(eb => [refusal.as('refusal'), eb.fn.countAll<number>().as('count')])
      .groupBy(sql.ref('refusal'))
      .execute();
    const counts = new Map(counted.map(row => [row.refusal === null ? null : Number(row.refusal), Number(row.count)]));
    const refusals: BulkPreview['refusals'] = [];
    for (const [at, { reason }] of reasons.entries()) {
      const count = counts.get(at);
      if (count === undefined) continue;
      const first = await this.#meant(selection)
        .select('certificate.name')
        .where(refusal, '=', at)
        .orderBy('certificate.name')
        .limit(shown)
        .execute();
      refusals.push({ reason, count, certificates: first.map(({ name }) => name) });
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return { total, possible: counts.get(null) ?? 0, refusals };
  }

  #after(selection: BulkSelection, after: string, limit: number) {
    return this.#meant(selection).where('certificate.name', '>', after).orderBy('certificate.name').limit(limit);
  }

  #meant(selection: BulkSelection) {
    const query = this.#context.db.selectFrom('certificate');
    if ('certificates' in selection) return query.where('certificate.name', 'in', selection.certificates);
    const { filter, except } = selection;
    const fitting = query.where(fits(this.#context, filter));
    return except === undefined ? fitting : fitting.where('certificate.name', 'not in', except);
  }
}
