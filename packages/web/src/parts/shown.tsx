import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Loading } from './loading.js';
import { Page } from './page.js';
import { ProblemAlert } from './problem-alert.js';

/** Something that is read, as `useQuery` gives it. */
interface Reading<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

interface ShownProps<T> {
  of: Reading<T>;
  /** What is being read, for the first time; left out: nothing is shown meanwhile. */
  what?: string;
  /** Of the page, where it is a whole one that can't be shown before. */
  title?: string;
  children: (data: T) => ReactNode;
}

/**
 * What was read. It stays, with what is typed in it, when it can't be read again: the server's words stand above it. They
 * stand alone where it was never read, or is there no more.
 */
export function Shown<T>({ of: { data, error, refetch }, what, title, children }: ShownProps<T>) {
  const problem = error && <ProblemAlert error={error} retry={refetch} />;
  if (data !== undefined) {
    return (
      <Stack gap="lg">
        {problem}
        {children(data)}
      </Stack>
    );
  }
  if (problem) return title === undefined ? problem : <Page title={title}>{problem}</Page>;
  return what === undefined ? null : <Loading what={what} />;
}

/** Two readings as one, which is there when both are. */
export function both<A, B>(one: Reading<A>, other: Reading<B>): Reading<readonly [A, B]> {
  return {
    data: one.data === undefined || other.data === undefined ? undefined : [one.data, other.data],
    error: one.error ?? other.error,
    refetch: () => Promise.all([one.refetch(), other.refetch()]),
  };
}
