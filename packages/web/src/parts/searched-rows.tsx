import type { Operation } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { LateText } from './late-text.js';
import { Rows, type RowsProps } from './rows.js';

interface SearchedRowsProps<T, O extends Operation> extends Omit<RowsProps<T, O>, 'query'> {
  /** Where it is looked for: `names and addresses`. */
  places: string;
}

/** A list with a field to search it above, for pages whose address says what is searched for (`Searched`). */
export function SearchedRows<T, O extends Operation>({ places, empty, ...rows }: SearchedRowsProps<T, O>) {
  const { search } = useSearch({ strict: false });
  const navigate = useNavigate();
  return (
    <>
      <LateText
        label={`Search in ${places}`}
        type="search"
        value={search}
        change={text => navigate({ to: '.', search: { search: text }, replace: true })}
        width={280}
      />
      <Rows
        {...rows}
        query={search === undefined ? {} : { search }}
        empty={search === undefined ? empty : <Text>Nothing is like that.</Text>}
      />
    </>
  );
}
