import { type Account, operations } from '@certfleet/contract';
import { useQueries } from '@tanstack/react-query';
import { read } from '../query.js';

/** What a new installation needs before it issues its first certificate, in this order. */
const steps = ['account', 'proof', 'policy', 'certificate'] as const;
export type FirstStep = (typeof steps)[number];

/** What there is of each, or the first of it. */
export interface Belongings {
  accounts: readonly Pick<Account, 'status'>[];
  /** Everything that could prove a name: virtual services, DNS accounts and others. */
  solvers: readonly unknown[];
  policies: readonly unknown[];
  certificates: readonly unknown[];
}

/** The steps that are still missing, the next one first. Each is done when there is such a thing, whoever made it. */
export function firstSteps({ accounts, solvers, policies, certificates }: Belongings): FirstStep[] {
  const isDone: Record<FirstStep, boolean> = {
    // An account is stored before the CA hears of it, and kept when the CA refuses.
    account: accounts.some(({ status }) => status === 'valid'),
    proof: solvers.length > 0,
    policy: policies.length > 0,
    certificate: certificates.length > 0,
  };
  return steps.filter(step => !isDone[step]);
}

/** The steps that are missing here, kept up by the server's news; undefined while that is being read. */
export function useFirstSteps(): { missing: FirstStep[] | undefined; error: Error | null } {
  const one = { query: { limit: 1 } };
  const [accounts, solvers, policies, certificates] = useQueries({
    queries: [
      read(operations.account.list, { query: { limit: 100 } }),
      read(operations.solver.list, one),
      read(operations.policy.list, one),
      read(operations.certificate.list, one),
    ],
  });
  const error = [accounts, solvers, policies, certificates].find(answer => answer.error)?.error ?? null;
  if (!accounts.data || !solvers.data || !policies.data || !certificates.data) return { missing: undefined, error };
  const missing = firstSteps({
    accounts: accounts.data.items,
    solvers: solvers.data.items,
    policies: policies.data.items,
    certificates: certificates.data.items,
  });
  return { missing, error };
}
