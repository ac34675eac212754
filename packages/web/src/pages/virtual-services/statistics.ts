import { operations, type VirtualServiceStatistics } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { read } from '../../query.js';
import { type History, withSamples } from './history.js';

/** Statistics are no events, so they are asked for: every so many milliseconds while the tab is in sight. */
const interval = 3_000;

interface Statistics {
  byIndex: ReadonlyMap<number, VirtualServiceStatistics>;
  /** What was seen since the page was opened. */
  history: History;
  error: Error | null;
}

/** How virtual services do: all of them, or the one of an index. */
export function useStatistics(index?: number): Statistics {
  const { data, error, dataUpdatedAt } = useQuery({
    ...read(operations.virtualService.statistics, { query: { index } }),
    refetchInterval: interval,
  });
  const [history, setHistory] = useState<History>(new Map());
  useEffect(() => {
    if (data) setHistory(before => withSamples(before, data.items, dataUpdatedAt));
  }, [data, dataUpdatedAt]);
  return { byIndex: new Map(data?.items.map(item => [item.index, item])), history, error };
}
