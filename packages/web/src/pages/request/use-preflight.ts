import { Name, operations, type PreflightFinding } from '@certfleet/contract';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { reading } from '../../api.js';
import { useRefusal } from '../../session/session.js';
import { requestOf, type Wish } from './draft.js';
import { withKnown } from './proof.js';

/**
 * What is looked at: a request that may be made, or the next order of a certificate that is there, as it is or as it may
 * be. `isThere`: whether a certificate of that name is there.
 */
type Looked = (Pick<Wish, 'name' | 'identifiers' | 'policy' | 'profile'> & { isThere: boolean }) | { name: string };

export interface Preflight {
  findings: readonly PreflightFinding[];
  /** Whether what is configured is of what was asked before. */
  isReading: boolean;
  /** Whether another answer is on its way: what was found outside is of what was asked before. */
  isLooking: boolean;
  error: Error | null;
  /** Whether it was looked at outside as well, and that worked. */
  isWhole: boolean;
  /** When what was found outside was found; null: it was not yet. In milliseconds of the Unix epoch. */
  at: number | null;
  /** Looks again. */
  again: () => void;
}

/**
 * The pre-flight's answers, asked for again whenever what is looked at has changed: first what is configured, which the
 * server knows at once, then what is found outside, anew for each page that shows it. Events don't have it repeated, as
 * other reads: it asks CAs, name servers and port 80 of every name. `isWanted`: whether there is anything to look at;
 * `since`: what was found before then does not count.
 */
export function usePreflight(looked: Looked, isWanted: boolean, since?: string): Preflight {
  const refusal = useRefusal(operations.certificate.preflight);
  const body = bodyOf(looked);
  const wanted = JSON.stringify(body);
  const [settled] = useDebouncedValue(wanted, 300);
  const [settledOutside] = useDebouncedValue(JSON.stringify(outside(looked, body)), 300);
  const look = (offline: boolean, asked: string) => ({
    queryKey: ['preflight', asked, offline, since],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      reading.call(operations.certificate.preflight, { body: { ...JSON.parse(asked), offline } }, { signal }),
    enabled: isWanted && refusal === null,
    placeholderData: keepPreviousData,
    refetchOnMount: 'always' as const,
  });
  const known = useQuery(look(true, settled));
  const found = useQuery(look(false, settledOutside));
  const isStale = isWanted && wanted !== settled;
  return {
    findings: withKnown(found.data?.findings ?? [], known.data?.findings ?? []),
    isReading: isStale || known.data === undefined || known.isPlaceholderData,
    isLooking: isStale || found.isFetching || found.isPlaceholderData,
    isWhole: found.isSuccess && !found.isPlaceholderData,
    at: found.data === undefined || found.isPlaceholderData ? null : found.dataUpdatedAt,
    error: refusal === null ? (found.error ?? known.error) : new Error(refusal),
    again: () => void Promise.all([known.refetch(), found.refetch()]),
  };
}

function bodyOf(looked: Looked) {
  if (!('identifiers' in looked)) return looked;
  const { name, policy, profile } = looked;
  const { identifiers } = requestOf({ ...looked, keyAlgorithm: null, csr: null, assignments: [] });
  return { name: Name.safeParse(name).success ? name : unnamed, identifiers, policy, profile };
}

const unnamed = 'unnamed';

/** Outside nobody knows what a new certificate is called: another name is no reason to ask again. */
function outside(looked: Looked, body: ReturnType<typeof bodyOf>) {
  return 'isThere' in looked && !looked.isThere ? { ...body, name: unnamed } : body;
}
