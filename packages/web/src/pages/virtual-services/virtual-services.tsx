import { operations, type VirtualService, VirtualServiceType } from '@certfleet/contract';
import { Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Go, GoButton } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { type Column, Rows } from '../../parts/rows.js';
import { CreateService } from './create-service.js';
import { type ServiceFilter, searched } from './filter.js';
import { inShort, rateInShort } from './history.js';
import { Sparkline } from './sparkline.js';
import { StateMark } from './states.js';
import { useStatistics } from './statistics.js';
import { place, types } from './words.js';

const route = getRouteApi('/inside/virtual-services');

export function VirtualServicesPage() {
  const filter = route.useSearch();
  const [isCreating, setCreating] = useState(false);
  const { error, ...statistics } = useStatistics();
  const isFiltered = Object.values(filter).some(value => value !== undefined);
  return (
    <Page
      title="Virtual services"
      actions={
        <>
          <GoButton to="/virtual-services/content-rules" variant="default">
            Content rules
          </GoButton>
          <ActionButton operation={operations.virtualService.create} onClick={() => setCreating(true)}>
            Create a virtual service
          </ActionButton>
        </>
      }
    >
      <Filters filter={filter} />
      {error && <ProblemAlert error={error} />}
      <Rows
        operation={operations.virtualService.list}
        query={filter}
        columns={columnsOf(statistics)}
        label="Virtual services"
        keyOf={({ index }: VirtualService) => String(index)}
        empty={isFiltered ? <Text>No virtual service is like that.</Text> : <None />}
      />
      <CreateService opened={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function None() {
  return (
    <Stack gap="xs" maw={640}>
      <Text>There is no virtual service yet. It is an address and port that HAProxy serves for your real servers.</Text>
      <Text c="dimmed">
        Begin with a redirect service at port 80: certificate authorities ask there for proof of your names. An HTTPS
        service at port 443 then serves the certificates.
      </Text>
    </Stack>
  );
}

function Filters({ filter }: { filter: ServiceFilter }) {
  const navigate = route.useNavigate();
  const narrow = (change: Partial<ServiceFilter>) =>
    navigate({ search: (present: ServiceFilter) => ({ ...present, ...change }), replace: true });
  const [typed, setTyped] = useState(filter.name ?? filter.address ?? '');
  const search = useDebouncedCallback((text: string) => narrow(searched(text)), 150);
  return (
    <Group gap="sm">
      <TextInput
        aria-label="Whole name or address"
        placeholder="Whole name or address"
        type="search"
        value={typed}
        onChange={event => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <Select
        aria-label="Type"
        placeholder="Any type"
        clearable
        data={VirtualServiceType.options.map(value => ({ value, label: types[value] }))}
        value={filter.type ?? null}
        onChange={type => narrow({ type: type === null ? undefined : VirtualServiceType.parse(type) })}
      />
    </Group>
  );
}

function columnsOf({
  byIndex,
  history,
}: Pick<ReturnType<typeof useStatistics>, 'byIndex' | 'history'>): readonly Column<VirtualService>[] {
  return [
    {
      title: 'Virtual service',
      width: 'minmax(9rem, 2fr)',
      narrow: '1fr',
      cell: service => (
        <Go to="/virtual-services/$id" params={{ id: String(service.index) }} title={service.name ?? place(service)}>
          {service.index} {service.name ?? place(service)}
        </Go>
      ),
    },
    { title: 'Address', width: 'minmax(9.5rem, 1fr)', cell: service => place(service) },
    { title: 'Type', width: '9rem', cell: ({ type }) => types[type] },
    {
      title: 'Status',
      width: '7rem',
      narrow: '6.5rem',
      cell: ({ index }) => <StateMark state={byIndex.get(index)?.state} />,
    },
    { title: 'Real servers', width: '6.5rem', cell: service => <ServersUp service={service} byIndex={byIndex} /> },
    {
      title: 'Certificates',
      width: '6.5rem',
      cell: ({ certificates, challenges }) =>
        challenges.length > 0 ? <Mark standing="busy">challenge</Mark> : certificates.length,
    },
    { title: 'Open', width: '4rem', cell: ({ index }) => inShort(byIndex.get(index)?.traffic.currentSessions ?? 0) },
    {
      title: 'Requests',
      width: '10rem',
      cell: ({ index }) => {
        const samples = history.get(index) ?? [];
        return (
          <Group gap="xs" wrap="nowrap">
            <Sparkline samples={samples} />
            <span>{rateInShort(samples)}</span>
          </Group>
        );
      },
    },
    { title: 'In all', width: '5rem', cell: ({ index }) => inShort(byIndex.get(index)?.traffic.requests ?? 0) },
  ];
}

/** `2 of 3 up`, of the service itself and its parts. */
function ServersUp({
  service: { index, type },
  byIndex,
}: { service: VirtualService } & Pick<ReturnType<typeof useStatistics>, 'byIndex'>) {
  const statistics = byIndex.get(index);
  if (!statistics || type === 'redirect') return '–';
  const servers = [...statistics.realServers, ...statistics.subVirtualServices.flatMap(sub => sub.realServers)];
  const up = servers.filter(({ state }) => state === 'up' || state === 'unchecked').length;
  return servers.length === 0 ? 'none' : `${up} of ${servers.length} up`;
}
