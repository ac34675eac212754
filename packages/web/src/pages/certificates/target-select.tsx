import { operations } from '@certfleet/contract';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

interface TargetSelectProps {
  value: string | null;
  onChange: (target: string | null) => void;
  /** Targets that can't be chosen, such as those that have it. */
  without?: readonly string[];
}

/** Where a certificate can be served. */
export function TargetSelect({ value, onChange, without = [] }: TargetSelectProps) {
  const { data, error } = useQuery(read(operations.target.list, { query: { limit: 1000 } }));
  if (error) return <ProblemAlert error={error} />;
  return (
    <Select
      label="Target"
      searchable
      placeholder={data ? 'Choose one' : 'Reading targets…'}
      nothingFoundMessage="No such target: HTTPS virtual services are targets."
      data={data?.items.filter(({ name }) => !without.includes(name)).map(({ name }) => name) ?? []}
      value={value}
      onChange={onChange}
    />
  );
}
