import { operations } from '@certfleet/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { pageSize } from '../../parts/pages-of.js';
import { read } from '../../query.js';
import type { EventFilter } from './filter.js';

/** So many are counted; one more stands for `more than these`. */
export const mostNews = 50;

/** How many events there are that a list which is held still does not show: those after the first one that it shows. */
export function useNews(filter: EventFilter): number {
  const client = useQueryClient();
  const shown = client.getQueryData(
    read(operations.event.list, { query: { ...filter, limit: pageSize, cursor: undefined } }).queryKey,
  );
  const { data } = useQuery(read(operations.event.list, { query: { ...filter, limit: mostNews + 1 } }));
  const newestShown = shown?.items[0]?.id ?? 0;
  return data?.items.filter(({ id }) => id > newestShown).length ?? 0;
}
