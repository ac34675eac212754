import type { BulkAction, BulkSelection } from '@certfleet/contract';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { fits } from './certificate-list.js';
import type { StoreContext } from './context.js';

/** Why something can't be done to a certificate. */
interface Refusal {
  reason: string;
  when: RawBuilder<SqlBool>;
}

const imported = sql<SqlBool>`certificate.policy_id is null`;

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
        {
          reason: `It is assigned to ${act.target} already.`,
          when: sql`exists (select 1 from assignment inner join target on target.id = assignment.target_id
            where assignment.certificate_id = certificate.id and target.name = ${act.target})`,
        },
        { reason: 'Its private key never came here: a CSR was brought along.', when: sql`certificate.csr is not null` },
      ];
    case 'revoke':
      return [
        { reason: 'It was imported: whoever issued it can revoke it.', when: imported },
        { reason: 'Nothing was issued yet.', when: sql`certificate.current_version_id is null` },
        {
          reason: 'Its current version is revoked already.',
          when: sql`exists (select 1 from version where version.id = certificate.current_version_id
            and version.revoked_at is not null)`,
        },
        {
          reason: 'Its key came with a CSR and is not certified again. Revoke it alone, at once.',
          when: sql`certificate.csr is not null`,
        },
      ];
  }
}

/** Many certificates at a time. */
export class Bulks {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** The names of those that are meant, in order, those after `after`. */
  async names(selection: BulkSelection, after: string, limit: number): Promise<string[]> {
    const rows = await this.#meant(selection)
      .select('certificate.name')
      .where('certificate.name', '>', after)
      .orderBy('certificate.name')
      .limit(limit)
      .execute();
    return rows.map(({ name }) => name);
  }

  /** How many are meant, to how many of them it can't be done, and of those the first with the reason. */
  async preview(selection: BulkSelection, act: BulkAction, shown: number) {
    const refusals = refusalsOf(act);
    const cases = refusals.map(({ when }, at) => sql`when ${when} then ${sql.lit(at)}`);
    const reason = sql<number | null>`case ${sql.join(cases, sql` `)} else null end`;
    const all = await this.#meant(selection)
      .select(eb => [eb.fn.countAll<number>().as('total'), sql<number>`count(${reason})`.as('refused')])
      .executeTakeFirstOrThrow();
    const first = await this.#meant(selection)
      .select(['certificate.name', reason.as('reason')])
      .where(sql<SqlBool>`${reason} is not null`)
      .orderBy('certificate.name')
      .limit(shown)
      .execute();
    return {
      total: Number(all.total),
      refused: Number(all.refused),
      refusals: first.map(row => ({ certificate: row.name, reason: refusals[Number(row.reason)]?.reason ?? '' })),
    };
  }

  #meant(selection: BulkSelection) {
    const query = this.#context.db.selectFrom('certificate');
    if ('certificates' in selection) return query.where('certificate.name', 'in', selection.certificates);
    return query.where(fits(this.#context, selection.filter));
  }
}
