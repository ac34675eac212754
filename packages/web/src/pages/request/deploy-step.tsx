import { operations, type Target } from '@certfleet/contract';
import { Alert, Checkbox, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Few } from '../../parts/few.js';
import { losesDefault } from '../../parts/former-default.js';
import { Loading } from '../../parts/loading.js';
import { useAllNamed } from '../../parts/named.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { CreateService } from '../virtual-services/create-service.js';
import { placeOf } from '../virtual-services/words.js';
import { hasNames } from './draft.js';
import type { StepProps } from './step.js';

/** More than these can't be looked through. */
const few = 10;
/** So many are shown at once: the others are found by searching. */
const most = 50;

/** Where it is to be served, for its names or for everyone. */
export function DeployStep({ draft, change, wish }: StepProps) {
  const [search, setSearch] = useState('');
  const [isCreating, setCreating] = useState(false);
  const [wanted] = useDebouncedValue(search.trim(), 150);
  const targets = useQuery({
    ...read(operations.target.list, { query: { limit: most, ...(wanted === '' ? {} : { search: wanted }) } }),
    placeholderData: before => before,
  });
  const chosen = useAllNamed<Target>(
    operations.target.list,
    draft.assignments.map(({ target }) => target),
  );
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
        ...draft.assignments.filter(assignment => assignment.target !== target),
        ...(isDefault === null ? [] : [{ target, isDefault }]),
      ],
    });
  const isNamed = hasNames(wish);
  const { items: found, nextCursor } = targets.data;
  const others = chosen.filter(({ name }) => of(name) && !found.some(target => target.name === name));
  const isSearched = search !== '' || nextCursor !== null || found.length > few;
  return (
    <Stack>
      {!isNamed && (
        <Text>Clients send no name for an address: it is served to those who get the default certificate.</Text>
      )}
      {isSearched && (
        <TextInput
          label="Search"
          description="In names and addresses"
          type="search"
          maw={320}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
      )}
      <Few<Target>
        label="Where it could be deployed"
        rows={[...others, ...found]}
        columns={[
          {
            title: 'Deploy',
            cell: ({ name }) => (
              <Checkbox
                label={name}
                checked={of(name) !== undefined}
                onChange={event => set(name, event.currentTarget.checked ? false : null)}
              />
            ),
          },
          { title: 'Where', cell: ({ virtualService, type }) => (virtualService ? placeOf(virtualService) : type) },
          { title: 'Certificates there', cell: certificatesOf },
          {
            title: 'For',
            cell: ({ name, defaultCertificate }) => (
              <>
                <NativeSelect
                  aria-label={`For whom on ${name}`}
                  disabled={of(name) === undefined}
                  data={[
                    { value: 'names', label: 'its names only', disabled: !isNamed },
                    { value: 'default', label: 'also the default' },
                  ]}
                  value={of(name)?.isDefault || !isNamed ? 'default' : 'names'}
                  onChange={event => set(name, event.currentTarget.value === 'default')}
                />
                {of(name)?.isDefault && defaultCertificate && <Text size="sm">{losesDefault(defaultCertificate)}</Text>}
              </>
            ),
          },
        ]}
        keyOf={({ name }) => name}
        empty={search === '' ? <NoTarget onCreate={() => setCreating(true)} /> : 'Nothing is called so.'}
      />
      <CreateService opened={isCreating} onClose={() => setCreating(false)} stays />
      {nextCursor !== null && <Text size="sm">These are the first {most}: search for the others.</Text>}
    </Stack>
  );
}

function NoTarget({ onCreate }: { onCreate: () => void }) {
  return (
    <Stack gap="xs" align="flex-start">
      <Text>
        There is nothing to deploy to yet: it takes an HTTPS virtual service. The certificate can also be asked for now,
        and assigned later.
      </Text>
      <ActionButton operation={operations.virtualService.create} variant="default" onClick={onCreate}>
        Create an HTTPS virtual service
      </ActionButton>
    </Stack>
  );
}

function certificatesOf({ certificates: [first, ...others], defaultCertificate }: Target): string {
  if (first === undefined) return 'none';
  const named = first === defaultCertificate ? `${first} (default)` : first;
  return others.length === 0 ? named : `${named} and ${others.length} more`;
}
