import { Name, operations, type PreflightFinding } from '@certfleet/contract';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api.js';
import { useRefusal } from '../../session/session.js';
import { requestOf, type Wish } from './draft.js';

/** What is looked at: a request that may be made, or the next order of a certificate that is there. */
type Looked = Pick<Wish, 'name' | 'identifiers' | 'policy' | 'profile'> | { name: string };

export interface Preflight {
  findings: readonly PreflightFinding[];
  /** Whether another answer is on its way: the findings are of what was asked before. */
  isLooking: boolean;
  error: Error | null;
  /** Looks again. */
  again: () => void;
}

/**
 * The pre-flight's answers, asked for again whenever what is looked at has changed. Events don't have it repeated, as other
 * reads: it asks CAs, name servers and port 80 of every name. `isWanted`: whether there is anything to look at.
 */
export function usePreflight(looked: Looked, isWanted: boolean): Preflight {
  const refusal = useRefusal(operations.certificate.preflight);
  const wanted = JSON.stringify(bodyOf(looked));
  const [settled] = useDebouncedValue(wanted, 300);
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    queryKey: ['preflight', settled],
    queryFn: () => api.call(operations.certificate.preflight, { body: JSON.parse(settled) }),
    enabled: isWanted && refusal === null,
    placeholderData: keepPreviousData,
    gcTime: 300_000,
  });
  return {
    findings: data?.findings ?? [],
    isLooking: isFetching || isPlaceholderData || (isWanted && wanted !== settled),
    error: refusal === null ? error : new Error(refusal),
    again: () => void refetch(),
  };
}

function bodyOf(looked: Looked) {
  if (!('identifiers' in looked)) return looked;
  const { name, policy, profile } = looked;
  const { identifiers } = requestOf({ ...looked, keyAlgorithm: null, csr: null, assignments: [] });
  return { name: Name.safeParse(name).success ? name : 'unnamed', identifiers, policy, profile };
}
