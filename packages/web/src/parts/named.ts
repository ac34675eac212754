import type { Operation, OperationInput, Page } from '@certfleet/contract';
import { useQueries, useQuery } from '@tanstack/react-query';
import { read } from '../query.js';

/** An operation that lists things by a part of their names, and first the one that is called exactly so. */
export type NamedList = Operation;

/** The input of such an operation. */
export function searched<O extends NamedList>(query: object): OperationInput<O> {
  return { query } as unknown as OperationInput<O>;
}

interface Found<T> {
  /** Undefined: not read yet; null: there is none of this name. */
  thing: T | undefined | null;
  error: Error | null;
}

/**
 * One thing by its name, which need not be there: an answer and no error, unlike that of `show`. `name`: null asks for
 * nothing.
 */
export function useNamed<T extends { name: string }>(operation: NamedList, name: string | null): Found<T> {
  const { data, error } = useQuery({
    ...read(operation, searched({ search: name ?? '', limit: 1 })),
    enabled: name !== null && name !== '',
  });
  const [first] = (data as Page<T> | undefined)?.items ?? [];
  return { thing: data === undefined ? undefined : first?.name === name ? first : null, error };
}

/** Those of these names that there are, as far as they have been read. */
export function useAllNamed<T extends { name: string }>(operation: NamedList, names: readonly string[]): T[] {
  return useQueries({
    queries: [...new Set(names)].map(name => read(operation, searched({ search: name, limit: 1 }))),
    combine: results =>
      results
        .flatMap(({ data }) => (data as Page<T> | undefined)?.items ?? [])
        .filter(({ name }) => names.includes(name)),
  });
}
