import { operations, type VirtualService, VirtualServiceType } from '@certfleet/contract';
import { Group, Select, Stack, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { GoButton, RowGo } from '../../parts/go.js';
import { LateText } from '../../parts/late-text.js';
import { Mark } from '../../parts/mark.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { type Column, Rows } from '../../parts/rows.js';
import { CreateService } from './create-service.js';
import type { ServiceFilter } from './filter.js';
import { inShort, rateInShort } from './history.js';
import { Sparkline } from './sparkline.js';
import { StateMark } from './states.js';
import { useStatistics } from './statistics.js';
import { place, types } from './words.js';

const route = getRouteApi('/inside/virtual-services');

export function VirtualServicesPage() {
  const filter = route.useSearch();
  const [isCreating, setCreating] = useState(false);
  const [inSight, setInSight] = useState<readonly string[]>([]);
  const { error, ...statistics } = useStatistics(inSight);
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
        onSight={setInSight}
        empty={isFiltered ? <Text>No virtual service is like that.</Text> : <None onCreate={() => setCreating(true)} />}
      />
      <CreateService opened={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function None({ onCreate }: { onCreate: () => void }) {
  return (
    <Stack gap="xs" align="center">
      <Text>There is no virtual service yet. It is an address and port that HAProxy serves for your real servers.</Text>
      <Text c="dimmed">
        Begin with a redirect service at port 80: certificate authorities ask there for proof of your names. An HTTPS
        service at port 443 then serves the certificates.
      </Text>
      <ActionButton operation={operations.virtualService.create} onClick={onCreate}>
        Create the first one
      </ActionButton>
    </Stack>
  );
}

function Filters({ filter }: { filter: ServiceFilter }) {
  const navigate = route.useNavigate();
  const narrow = (change: Partial<ServiceFilter>) =>
    navigate({ search: (present: ServiceFilter) => ({ ...present, ...change }), replace: true });
  return (
    <Group gap="sm">
      <LateText
        label="Search in names and addresses"
        type="search"
        width={280}
        value={filter.search}
        change={search => narrow({ search })}
      />
      <Select
        label="Type"
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
      width: 'minmax(7rem, 2fr)',
      narrow: '1fr',
      cell: service => (
        <RowGo to="/virtual-services/$id" params={{ id: String(service.index) }} title={service.name ?? place(service)}>
          {service.index} {service.name ?? place(service)}
        </RowGo>
      ),
    },
    { title: 'Address', width: 'minmax(9rem, 1fr)', cell: service => place(service) },
    { title: 'Type', width: '8.5rem', cell: ({ type }) => types[type] },
    {
      title: 'Status',
      width: '6.5rem',
      narrow: '6.5rem',
      cell: ({ index }) => <StateMark state={byIndex.get(index)?.state} />,
    },
    { title: 'Real servers', width: '6.5rem', cell: service => <ServersUp service={service} byIndex={byIndex} /> },
    {
      title: 'Certificates',
      width: '6rem',
      cell: ({ certificates, challenges }) =>
        challenges.length > 0 ? <Mark standing="busy">challenge</Mark> : certificates.length,
    },
    {
      title: 'Connections',
      width: '6.5rem',
      cell: ({ index }) => inShort(byIndex.get(index)?.traffic.currentSessions ?? 0),
    },
    {
      title: 'Rate',
      width: '7rem',
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
    { title: 'Requests', width: '5rem', cell: ({ index }) => inShort(byIndex.get(index)?.traffic.requests ?? 0) },
  ];
}

/** `2 of 3 up`, of the service itself and its parts; `used` where nobody looks whether they are up. */
function ServersUp({
  service: { index, type },
  byIndex,
}: { service: VirtualService } & Pick<ReturnType<typeof useStatistics>, 'byIndex'>) {
  const statistics = byIndex.get(index);
  if (!statistics || type === 'redirect') return '–';
  const servers = [...statistics.realServers, ...statistics.subVirtualServices.flatMap(sub => sub.realServers)];
  if (servers.length === 0) return 'none';
  const count = (wanted: string) => servers.filter(({ state }) => state === wanted).length;
  const [up, unchecked] = [count('up'), count('unchecked')];
  return unchecked > 0 ? `${up + unchecked} of ${servers.length} used` : `${up} of ${servers.length} up`;
}
