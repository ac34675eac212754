import { type Certificate, operations } from '@certfleet/contract';
import { Checkbox, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Go, GoButton } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { type Column, Rows } from '../../parts/rows.js';
import { HealthBadge } from '../../parts/status.js';
import type { BulkAction } from './bulk.js';
import { BulkBar } from './bulk-bar.js';
import { BulkDialog } from './bulk-dialog.js';
import { useChosen } from './chosen.js';
import { type CertificateFilter, narrowedBy } from './filter.js';
import { Filters } from './filters.js';

const columns: readonly Column<Certificate>[] = [
  {
    title: 'Name',
    width: 'minmax(8rem, 1.2fr)',
    narrow: '1fr',
    sortBy: 'name',
    cell: ({ name }) => (
      <Go to="/certificates/$name" params={{ name }} title={name}>
        {name}
      </Go>
    ),
  },
  { title: 'Health', width: '9rem', narrow: '8.5rem', cell: ({ health }) => <HealthBadge health={health} /> },
  { title: 'Names', width: 'minmax(10rem, 2fr)', cell: ({ identifiers }) => namesOf(identifiers) },
  {
    title: 'Policy',
    width: 'minmax(5rem, 0.6fr)',
    cell: ({ policy }) =>
      policy ?? (
        <Text span inherit c="dimmed">
          imported
        </Text>
      ),
  },
  {
    title: 'Not after',
    width: '8rem',
    sortBy: 'notAfter',
    cell: ({ version }) => (version ? <Moment at={version.notAfter} as="day" /> : '–'),
  },
  {
    title: 'Renewal',
    width: '8rem',
    sortBy: 'renewal',
    cell: ({ renewal }) => (renewal ? <Moment at={renewal.at} as="distance" /> : '–'),
  },
  { title: 'Targets', width: '4.5rem', cell: ({ assignments }) => assignments },
];

function namesOf(identifiers: Certificate['identifiers']) {
  const [first, ...others] = identifiers.map(({ value }) => value);
  return (
    <span title={[first, ...others].join(', ')}>
      {others.length > 0 && <Text span inherit c="dimmed">{`(${identifiers.length}) `}</Text>}
      {first}
    </span>
  );
}

const route = getRouteApi('/inside/certificates');

export function CertificatesPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: { [Key in keyof CertificateFilter]?: CertificateFilter[Key] | undefined }) =>
    navigate({ search: (present: CertificateFilter) => ({ ...present, ...changed }), replace: true });
  const chosen = useChosen();
  const [action, setAction] = useState<BulkAction | null>(null);
  const { certificates, toggle } = chosen;
  const withChoice = useMemo(
    (): Column<Certificate>[] => [
      {
        title: 'Chosen',
        head: <span className="hidden-text">Chosen</span>,
        width: '1.5rem',
        narrow: '1.5rem',
        cell: certificate => (
          <Checkbox
            size="xs"
            aria-label={`Choose ${certificate.name}`}
            checked={certificates.has(certificate.name)}
            onChange={() => toggle(certificate)}
          />
        ),
      },
      ...columns,
    ],
    [certificates, toggle],
  );
  return (
    <Page title="Certificates" actions={<GoButton to="/request">Request a certificate</GoButton>}>
      <Filters filter={filter} change={change} />
      <BulkBar chosen={chosen} filter={filter} begin={setAction} />
      <Rows
        operation={operations.certificate.list}
        query={filter}
        columns={withChoice}
        sorting={{ by: filter.sort ?? 'name', change: by => change({ sort: by as CertificateFilter['sort'] }) }}
        label="Certificates"
        keyOf={({ id }: Certificate) => id}
        empty={<NoCertificate isNarrowed={narrowedBy(filter) !== null} />}
        around={255}
      />
      {action && (
        <BulkDialog
          key={action}
          action={action}
          certificates={[...certificates.values()]}
          onClose={() => setAction(null)}
          onDone={chosen.clear}
        />
      )}
    </Page>
  );
}

function NoCertificate({ isNarrowed }: { isNarrowed: boolean }) {
  if (isNarrowed) return <Text>No certificate is like that. Take a filter away to see others.</Text>;
  return (
    <Text>
      There is no certificate yet. Once one is requested, Certfleet proves its names, has it issued, deploys it and
      keeps it valid.
    </Text>
  );
}
