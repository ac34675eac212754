import { operations, type Target, type VirtualService } from '@certfleet/contract';
import { Alert, Checkbox, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Few } from '../../parts/few.js';
import { Loading } from '../../parts/loading.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import type { StepProps } from './step.js';
import { usePlaces } from './use-places.js';

/** More than these can't be looked through. */
const few = 10;

/** Where it is to be served, for its names or for everyone. */
export function DeployStep({ draft, change, wish }: StepProps) {
  const [search, setSearch] = useState('');
  const targets = useQuery(read(operations.target.list, { query: { limit: 1000 } }));
  const { serviceOf, placeOf } = usePlaces();
  if (draft.csr !== null) {
    return (
      <Alert color="blue">It is issued for the key of your CSR, which is not here: nothing can be deployed.</Alert>
    );
  }
  if (targets.error) return <ProblemAlert error={targets.error} retry={targets.refetch} />;
  if (!targets.data) return <Loading what="where it could be deployed" />;
  const { assignments } = wish;
  const of = (target: string) => assignments.find(assignment => assignment.target === target);
  const set = (target: string, isDefault: boolean | null) =>
    change({
      assignments: [
        ...assignments.filter(assignment => assignment.target !== target),
        ...(isDefault === null ? [] : [{ target, isDefault }]),
      ],
    });
  // RFC 6066 §3: addresses are not permitted in SNI.
  const hasNames = wish.identifiers.some(({ value }) => !/^[\d.]+$|:/.test(value));
  const shown = targets.data.items.filter(
    ({ name }) => of(name) || `${name} ${placeOf(name)}`.toLowerCase().includes(search.trim().toLowerCase()),
  );
  return (
    <Stack>
      {!hasNames && (
        <Text>Clients send no name for an address: it is served to those who get the default certificate.</Text>
      )}
      {targets.data.items.length > few && (
        <TextInput
          label="Search"
          type="search"
          maw={320}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
      )}
      <Few<Target>
        label="Where it could be deployed"
        rows={shown}
        columns={[
          {
            title: 'Deploy',
            cell: ({ name }) => (
              <Checkbox
                label={name}
                checked={of(name) !== undefined}
                onChange={event => set(name, event.currentTarget.checked ? !hasNames : null)}
              />
            ),
          },
          { title: 'Where', cell: ({ name, type }) => placeOf(name) ?? type },
          { title: 'Certificates there', cell: ({ name }) => certificatesOf(serviceOf(name)) },
          {
            title: 'For',
            cell: ({ name }) => (
              <NativeSelect
                aria-label={`For whom on ${name}`}
                disabled={of(name) === undefined}
                data={[
                  { value: 'names', label: 'its names (SNI)', disabled: !hasNames },
                  { value: 'default', label: 'its names and the default' },
                ]}
                value={of(name)?.isDefault || !hasNames ? 'default' : 'names'}
                onChange={event => set(name, event.currentTarget.value === 'default')}
              />
            ),
          },
        ]}
        keyOf={({ name }) => name}
        empty={
          search === ''
            ? 'There is nothing to deploy to yet: make an HTTPS virtual service. The certificate can also be asked for now, and assigned later.'
            : 'Nothing is called so.'
        }
      />
    </Stack>
  );
}

function certificatesOf(service: VirtualService | undefined): string {
  if (service === undefined || service.certificates.length === 0) return 'none';
  const [first, ...others] = service.certificates;
  return others.length === 0 ? `${first} (default)` : `${first} (default) and ${others.length} more`;
}
