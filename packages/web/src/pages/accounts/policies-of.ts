import { operations, type Policy } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../query.js';

/** So many policies are shown. */
const shown = 100;

/** The policies that use an account, as far as they are known. */
export interface PoliciesOf {
  /** The first of them. */
  users: readonly Policy[];
  /** Whether there are more than these. */
  isMore: boolean;
  /** False: they are being read, or could not be. That there are no `users` says nothing then. */
  isRead: boolean;
  error: Error | null;
  refetch: () => unknown;
}

export function usePoliciesOf(account: string): PoliciesOf {
  const { data, error, refetch } = useQuery(read(operations.policy.list, { query: { account, limit: shown } }));
  return {
    users: data?.items ?? [],
    isMore: (data?.nextCursor ?? null) !== null,
    isRead: data !== undefined,
    error,
    refetch,
  };
}
