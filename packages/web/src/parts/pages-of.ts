import type { Operation, OperationInput, Page } from '@certfleet/contract';
import { useQueries } from '@tanstack/react-query';
import { useRef } from 'react';
import { read } from '../query.js';

/** So many rows are read at once. */
export const pageSize = 100;

interface Rows<T> {
  /** Undefined: not read yet. */
  row(index: number): T | undefined;
  /** How many rows there are as far as is known: those of a page that follows are counted before they are read. */
  known: number;
  /** Whether `known` is all of them. */
  isWhole: boolean;
  isLoading: boolean;
  error: Error | null;
  retry: () => void;
}

/** When rows that were read are read again. */
interface Reading {
  isHeld?: boolean | undefined;
  /** Every so many milliseconds, where time alone changes them. */
  readAgain?: number | undefined;
  /** Of the operation's path. */
  params?: object | undefined;
}

/**
 * The rows of a list with cursors that are near those on the screen, from `first` to `last`: pages that nobody looks at
 * are forgotten, their cursors are kept. So a list of any length costs as much memory as a short one.
 *
 * While the list `isHeld`, what was read is not read again when it changes. The first page is always kept, since the
 * cursors of all others hang on it: rows that come before it must not move those in sight.
 */
export function usePagesOf<T, O extends Operation>(
  operation: O,
  query: object,
  [first, last]: readonly [number, number],
  { isHeld = false, readAgain, params }: Reading = {},
): Rows<T> {
  const identity = JSON.stringify([params, query]);
  // The cursor of each page that is known: the first page has none, and each page names that of the next one.
  const known = useRef<{ identity: string; cursors: (string | undefined)[]; total: number | null }>(null);
  if (known.current?.identity !== identity) known.current = { identity, cursors: [undefined], total: null };
  const { cursors } = known.current;
  const from = Math.max(0, Math.floor(first / pageSize));
  const to = Math.min(cursors.length - 1, Math.floor(last / pageSize));
  const inSight = Array.from({ length: Math.max(1, to - from + 1) }, (_, offset) => Math.min(from + offset, to));
  const wanted = [...new Set([0, ...inSight])];

  const results = useQueries({
    queries: wanted.map(page => ({
      ...read(operation, {
        ...(params && { params }),
        query: { ...query, limit: pageSize, cursor: cursors[page] },
      } as unknown as OperationInput<O>),
      gcTime: 2_000,
      staleTime: isHeld ? ('static' as const) : Number.POSITIVE_INFINITY,
      refetchInterval: isHeld || readAgain === undefined ? (false as const) : readAgain,
    })),
  });
  const pages = new Map<number, Page<T>>();
  for (const [index, { data }] of results.entries()) {
    const page = wanted[index];
    if (page === undefined || data === undefined) continue;
    const { items, nextCursor } = data as Page<T>;
    pages.set(page, { items, nextCursor });
    if (nextCursor === null) {
      known.current.total = page * pageSize + items.length;
      cursors.length = page + 1;
    } else if (page + 1 >= cursors.length || cursors[page + 1] !== nextCursor) {
      cursors[page + 1] = nextCursor;
      known.current.total = null;
    }
  }
  const total = known.current.total;
  return {
    row: index => pages.get(Math.floor(index / pageSize))?.items[index % pageSize],
    known: total ?? cursors.length * pageSize,
    isWhole: total !== null,
    isLoading: results.some(({ isPending }) => isPending),
    error: results.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const { error, refetch } of results) if (error) refetch();
    },
  };
}
