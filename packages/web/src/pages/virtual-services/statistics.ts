import { operations, type VirtualServiceStatistics } from '@certfleet/contract';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { read } from '../../query.js';
import { type History, withSamples } from './history.js';

/** Statistics are no events, so they are asked for: every so many milliseconds while the tab is in sight. */
const interval = 3_000;

interface Statistics {
  byIndex: ReadonlyMap<number, VirtualServiceStatistics>;
  /** What was seen since the page was opened, or the row came into sight. */
  history: History;
  error: Error | null;
}

/** So many are asked for at most. */
const most = 200;

/** How a virtual service does, or those that are in sight: there may be thousands more. */
export function useStatistics(index: number | readonly string[]): Statistics {
  const some = typeof index === 'number' ? null : index.slice(0, most).join();
  // While somebody scrolls, not each row is a question.
  const [indexes] = useDebouncedValue(some, 200);
  const query = typeof index === 'number' ? { index } : { indexes: indexes ?? '' };
  const { data, error, dataUpdatedAt, isPlaceholderData } = useQuery({
    ...read(operations.virtualService.statistics, { query }),
    enabled: indexes !== '',
    refetchInterval: interval,
    placeholderData: keepPreviousData,
    gcTime: interval,
  });
  const [history, setHistory] = useState<History>(new Map());
  useEffect(() => {
    if (data && !isPlaceholderData) setHistory(before => withSamples(before, data.items, dataUpdatedAt));
  }, [data, dataUpdatedAt, isPlaceholderData]);
  return { byIndex: new Map(data?.items.map(item => [item.index, item])), history, error };
}
