import { type Certificate, CertificateStatus, operations } from '@certfleet/contract';
import { Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { type Column, Rows } from '../../parts/rows.js';
import { StatusBadge } from '../../parts/status.js';
import type { CertificateFilter } from './filter.js';

const columns: readonly Column<Certificate>[] = [
  {
    title: 'Name',
    width: 'minmax(8rem, 1.2fr)',
    narrow: '1fr',
    cell: ({ name }) => (
      <Go to="/certificates/$name" params={{ name }} title={name}>
        {name}
      </Go>
    ),
  },
  { title: 'Status', width: '7rem', narrow: '6rem', cell: ({ status }) => <StatusBadge status={status} /> },
  { title: 'Names', width: 'minmax(10rem, 2fr)', cell: ({ identifiers }) => namesOf(identifiers) },
  {
    title: 'Not after',
    width: '8rem',
    cell: ({ version }) => (version ? <Moment at={version.notAfter} as="day" /> : '–'),
  },
  {
    title: 'Renewal',
    width: '8rem',
    cell: ({ renewal }) => (renewal ? <Moment at={renewal.at} as="distance" /> : '–'),
  },
  { title: 'Targets', width: '5rem', cell: ({ assignments }) => assignments },
];

function namesOf(identifiers: Certificate['identifiers']) {
  const [first, ...others] = identifiers.map(({ value }) => value);
  return (
    <span title={[first, ...others].join(', ')}>
      {first}
      {others.length > 0 && <Text span c="dimmed">{` +${others.length}`}</Text>}
    </span>
  );
}

const sorts = [
  { value: 'name', label: 'by name' },
  { value: 'notAfter', label: 'first to expire' },
  { value: 'renewal', label: 'first to be renewed' },
];

const route = getRouteApi('/inside/certificates');

export function CertificatesPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = (change: Partial<CertificateFilter>) =>
    navigate({ search: (present: CertificateFilter) => ({ ...present, ...change }), replace: true });
  const [search, setSearch] = useState(filter.search ?? '');
  const searchLater = useDebouncedCallback((text: string) => narrow({ search: text === '' ? undefined : text }), 150);
  return (
    <Page title="Certificates">
      <Group gap="sm">
        <TextInput
          aria-label="Search in names"
          placeholder="Search in names"
          type="search"
          value={search}
          onChange={event => {
            setSearch(event.currentTarget.value);
            searchLater(event.currentTarget.value);
          }}
        />
        <Select
          aria-label="Status"
          placeholder="Any status"
          clearable
          data={CertificateStatus.options}
          value={filter.status ?? null}
          onChange={status => narrow({ status: status === null ? undefined : CertificateStatus.parse(status) })}
        />
        <Select
          aria-label="Order"
          allowDeselect={false}
          data={sorts}
          value={filter.sort ?? 'name'}
          onChange={sort => narrow({ sort: sort as CertificateFilter['sort'] })}
        />
      </Group>
      <Rows
        operation={operations.certificate.list}
        query={filter}
        columns={columns}
        label="Certificates"
        keyOf={({ id }: Certificate) => id}
        empty={<Text>No certificate is like that.</Text>}
      />
    </Page>
  );
}
