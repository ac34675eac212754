import { type BulkAction, type BulkSelection, operations } from '@certfleet/contract';
import { skipToken, useQuery } from '@tanstack/react-query';
import { reading } from '../../../api.js';

const { bulkPreview } = operations.certificate;

/**
 * It is asked for again so often, in milliseconds. Not with each event, as other reads are: it looks at all that is meant,
 * and where there are many certificates there are many events.
 */
const pace = 10_000;

/** What would come of doing something with many certificates, as the server says it. Null: nothing is asked. */
export function useBulkPreview(act: BulkAction | null, selection: BulkSelection | null) {
  const { data, error, refetch } = useQuery({
    queryKey: ['bulk-preview', act, selection],
    queryFn: act && selection ? () => reading.call(bulkPreview, { body: { act, selection } }) : skipToken,
    staleTime: 0,
    refetchInterval: pace,
  });
  return { preview: data, error, refetch };
}
