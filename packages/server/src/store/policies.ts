import type { StoreContext } from './context.js';
import { isInUse, nameIsTaken } from './failures.js';
import { newId } from './ids.js';
import { found } from './missing.js';
import type { Page } from './pages.js';
import { type Patch, type RecordOf, RecordShape } from './records.js';
import type { PolicyTable } from './schema/index.js';
import { fetchByName, type SearchRequest } from './search.js';

/** A policy with its accounts. */
export interface PolicyRecord extends RecordOf<PolicyTable> {
  /** In order: the second is the fallback of the first. */
  accountIds: string[];
  /** Their names, in the same order. */
  accounts: string[];
  /** The default solver's name. */
  defaultSolver: string | null;
}

export type NewPolicy = Omit<RecordOf<PolicyTable>, 'id' | 'createdAt'> & { accountIds: readonly string[] };
export type PolicyPatch = Patch<RecordOf<PolicyTable>> & { accountIds?: readonly string[] | undefined };

export interface PolicyFilter {
  account?: string | undefined;
  solver?: string | undefined;
}

const shape = new RecordShape<PolicyTable, RecordOf<PolicyTable>>();

/** Policies with their ordered accounts. */
export class Policies {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Throws `already-exists`. */
  create({ accountIds, ...fields }: NewPolicy): Promise<PolicyRecord> {
    return this.#context.atomically(async context => {
      const id = newId();
      await context.db
        .insertInto('policy')
        .values(shape.row({ id, ...fields, createdAt: context.now() }))
        .execute()
        .catch(nameIsTaken('policy', fields.name));
      const policies = new Policies(context);
      await policies.#setAccounts(id, accountIds);
      return policies.get(id);
    });
  }

  async find(id: string): Promise<PolicyRecord | undefined> {
    const [record] = await this.#withNames(await this.#select().where('policy.id', '=', id).execute());
    return record;
  }

  /** Throws `not-found`, as does {@link byName}. */
  async get(id: string): Promise<PolicyRecord> {
    return found(await this.find(id), 'policy', 'id', id);
  }

  async findByName(name: string): Promise<PolicyRecord | undefined> {
    const [record] = await this.#withNames(await this.#select().where('policy.name', '=', name).execute());
    return record;
  }

  async byName(name: string): Promise<PolicyRecord> {
    return found(await this.findByName(name), 'policy', 'name', name);
  }

  /** By name; `account`, `solver`: those that use this account, or have this solver as their default, by its name. */
  async list({ account, solver, ...request }: SearchRequest & PolicyFilter = {}): Promise<Page<PolicyRecord>> {
    let query = this.#select();
    if (account !== undefined) {
      query = query.where('policy.id', 'in', eb =>
        eb
          .selectFrom('policy_account')
          .innerJoin('account', 'account.id', 'policy_account.account_id')
          .select('policy_account.policy_id')
          .where('account.name', '=', account),
      );
    }
    if (solver !== undefined) {
      query = query.where('policy.default_solver_id', 'in', eb =>
        eb.selectFrom('solver').select('solver.id').where('solver.name', '=', solver),
      );
    }
    const page = await fetchByName(query, request, 'policy');
    return { ...page, items: await this.#withNames(page.items) };
  }

  update(id: string, { accountIds, ...patch }: PolicyPatch): Promise<void> {
    return this.#context.atomically(async context => {
      const changes = shape.changes(patch);
      if (Object.keys(changes).length > 0) {
        await context.db.updateTable('policy').set(changes).where('id', '=', id).execute();
      }
      if (accountIds) await new Policies(context).#setAccounts(id, accountIds);
    });
  }

  /** What says when its certificates are renewed. Throws `not-found`. */
  async renewalRule(id: string): Promise<Pick<PolicyRecord, 'renewDaysBefore'>> {
    const row = await this.#context.db
      .selectFrom('policy')
      .select('renew_days_before as renewDaysBefore')
      .where('id', '=', id)
      .executeTakeFirst();
    return found(row, 'policy', 'id', id);
  }

  /** The names of the certificates that have this policy, in order, those after `after`. */
  async certificateNames(id: string, after: string, limit: number): Promise<string[]> {
    const rows = await this.#context.db
      .selectFrom('certificate')
      .select('name')
      .where('policy_id', '=', id)
      .where('name', '>', after)
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map(({ name }) => name);
  }

  /** Throws `in-use` while a certificate has it. */
  async delete(id: string): Promise<void> {
    const { name } = await this.get(id);
    await this.#context.db
      .deleteFrom('policy')
      .where('id', '=', id)
      .execute()
      .catch(isInUse(`Policy "${name}"`, 'a certificate'));
  }

  #select() {
    return this.#context.db.selectFrom('policy').selectAll('policy');
  }

  async #withNames(rows: readonly Parameters<typeof shape.record>[0][]): Promise<PolicyRecord[]> {
    if (rows.length === 0) return [];
    const { db } = this.#context;
    const accounts = await db
      .selectFrom('policy_account')
      .innerJoin('account', 'account.id', 'policy_account.account_id')
      .select(['policy_id', 'account.id', 'account.name'])
      .where(
        'policy_id',
        'in',
        rows.map(row => row.id),
      )
      .orderBy('position')
      .execute();
    const solverIds = rows.map(row => row.default_solver_id).filter(id => id !== null);
    const solvers = solverIds.length
      ? await db.selectFrom('solver').select(['id', 'name']).where('id', 'in', solverIds).execute()
      : [];
    return rows.map(row => {
      const own = accounts.filter(account => account.policy_id === row.id);
      return {
        ...shape.record(row),
        accountIds: own.map(account => account.id),
        accounts: own.map(account => account.name),
        defaultSolver: solvers.find(solver => solver.id === row.default_solver_id)?.name ?? null,
      };
    });
  }

  async #setAccounts(id: string, accountIds: readonly string[]): Promise<void> {
    const { db } = this.#context;
    await db.deleteFrom('policy_account').where('policy_id', '=', id).execute();
    if (accountIds.length === 0) return;
    await db
      .insertInto('policy_account')
      .values(accountIds.map((account_id, position) => ({ policy_id: id, position, account_id })))
      .execute();
  }
}
