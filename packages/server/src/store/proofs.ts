import type { DomainBinding } from '../domain/proof.js';
import type { StoreContext } from './context.js';
import type { SolverRecord } from './solvers.js';

/** A name that a policy keeps certified. */
export interface NameToProve {
  /** The certificate's name. */
  certificate: string;
  policyId: string;
  type: 'dns' | 'ip';
  value: string;
  /** Set on the certificate for this very name. */
  solverId: string | null;
}

/** All that decides which solver proves which name, for whoever asks about all names at once. */
export class Proofs {
  readonly #context: StoreContext;
  constructor(context: StoreContext) {
    this.#context = context;
  }

  /**
   * Solvers by their ids, the indexes of virtual services that are disabled, domains with the ids of theirs, and the
   * default solvers of policies by the policies' ids.
   */
  async rules(): Promise<{
    solvers: Map<string, Pick<SolverRecord, 'name' | 'type' | 'enabled' | 'config'>>;
    disabledServices: Set<number>;
    domains: DomainBinding[];
    defaults: Map<string, string | null>;
  }> {
    const { db } = this.#context;
    const solvers = await db.selectFrom('solver').select(['id', 'name', 'type', 'enabled', 'config']).execute();
    const disabled = await db.selectFrom('virtual_service').select('index').where('enabled', '=', 0).execute();
    const domains = await db.selectFrom('domain').select(['pattern', 'solver_id as solver']).execute();
    const policies = await db.selectFrom('policy').select(['id', 'default_solver_id']).execute();
    return {
      solvers: new Map(
        solvers.map(({ id, name, type, enabled, config }) => [
          id,
          { name, type, enabled: enabled === 1, config: JSON.parse(config) },
        ]),
      ),
      disabledServices: new Set(disabled.map(({ index }) => index)),
      domains,
      defaults: new Map(policies.map(policy => [policy.id, policy.default_solver_id])),
    };
  }

  /**
   * The names that policies keep certified, of `limit` certificates after the one with the id `after`, by the
   * certificates' ids.
   */
  async names(after: string | null, limit: number): Promise<{ names: NameToProve[]; last: string | null }> {
    const { db } = this.#context;
    const certificates = await db
      .selectFrom('certificate')
      .select(['id', 'name', 'policy_id'])
      .where('id', '>', after ?? '')
      .orderBy('id')
      .limit(limit)
      .execute();
    const [first, last] = [certificates[0]?.id, certificates.at(-1)?.id];
    if (first === undefined || last === undefined) return { names: [], last: null };
    const byId = new Map(certificates.map(certificate => [certificate.id, certificate]));
    const identifiers = await db
      .selectFrom('identifier')
      .select(['certificate_id', 'type', 'value', 'solver_id'])
      .where('certificate_id', '>=', first)
      .where('certificate_id', '<=', last)
      .execute();
    const names = identifiers.flatMap(({ certificate_id, type, value, solver_id }) => {
      const certificate = byId.get(certificate_id);
      if (!certificate?.policy_id) return [];
      return { certificate: certificate.name, policyId: certificate.policy_id, type, value, solverId: solver_id };
    });
    return { names, last: certificates.length < limit ? null : last };
  }
}
