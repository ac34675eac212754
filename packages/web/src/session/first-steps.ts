import { operations } from '@certfleet/contract';
import { useQueries } from '@tanstack/react-query';
import { read } from '../query.js';

/** What a new installation needs before it issues its first certificate, in this order. */
export type FirstStep = 'account' | 'proof' | 'policy' | 'certificate';

/** What there is of each, as far as the first steps are concerned. */
export interface Belongings {
  accounts: number;
  /** Everything that could prove a name: virtual services, DNS accounts and others. */
  solvers: number;
  policies: number;
  certificates: number;
}

/** The steps that are still missing, the next one first. Each is done when there is such a thing, whoever made it. */
export function firstSteps({ accounts, solvers, policies, certificates }: Belongings): FirstStep[] {
  const counts: Record<FirstStep, number> = {
    account: accounts,
    proof: solvers,
    policy: policies,
    certificate: certificates,
  };
  return (Object.keys(counts) as FirstStep[]).filter(step => counts[step] === 0);
}

/** The steps that are missing here, kept up by the server's news; undefined while that is being read. */
export function useFirstSteps(): { missing: FirstStep[] | undefined; error: Error | null } {
  const query = { limit: 1 };
  const [accounts, solvers, policies, certificates] = useQueries({
    queries: [
      read(operations.account.list, { query }),
      read(operations.solver.list, { query }),
      read(operations.policy.list, { query }),
      read(operations.certificate.list, { query }),
    ],
  });
  const error = [accounts, solvers, policies, certificates].find(one => one.error)?.error ?? null;
  if (!accounts.data || !solvers.data || !policies.data || !certificates.data) return { missing: undefined, error };
  const missing = firstSteps({
    accounts: accounts.data.items.length,
    solvers: solvers.data.items.length,
    policies: policies.data.items.length,
    certificates: certificates.data.items.length,
  });
  return { missing, error };
}
