import type { Operation, OperationInput, Page } from '@certfleet/contract';
import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../query.js';

interface NameInputProps extends Omit<AutocompleteProps, 'data' | 'limit'> {
  /** Lists the things that have a name. */
  operation: Operation;
}

/** The name of a thing, with those that there are offered. However many there are, any can be typed. */
export function NameInput({ operation, ...props }: NameInputProps) {
  const { data } = useQuery(read(operation, { query: { limit: 1000 } } as unknown as OperationInput<Operation>));
  const names = ((data as Page<{ name: string }> | undefined)?.items ?? []).map(({ name }) => name);
  return <Autocomplete spellCheck={false} autoComplete="off" {...props} data={names} limit={50} />;
}
