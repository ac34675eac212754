import { type BulkAction, type BulkSelection, type Certificate, operations } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Go, GoButton, RowGo } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { type Column, type RowCount, Rows } from '../../parts/rows.js';
import { HealthBadge, healthAgain } from '../../parts/status.js';
import { read } from '../../query.js';
import { BulkBar } from './bulk/bulk-bar.js';
import { BulkDialog } from './bulk/bulk-dialog.js';
import { BulkExportDialog } from './bulk/bulk-export-dialog.js';
import { canToggle, isChosen, selectionOf } from './bulk/choice.js';
import { useChoice } from './bulk/use-choice.js';
import { countedAs, countInWords } from './count.js';
import { type CertificateFilter, narrowedBy } from './filter.js';
import { Filters } from './filters.js';

const columns: readonly Column<Certificate>[] = [
  {
    title: 'Certificate',
    width: 'minmax(8rem, 1.2fr)',
    narrow: '1fr',
    sortBy: 'name',
    cell: ({ name }) => (
      <RowGo to="/certificates/$name" params={{ name }} title={name}>
        {name}
      </RowGo>
    ),
  },
  { title: 'Health', width: '9rem', narrow: '8.5rem', cell: ({ health }) => <HealthBadge health={health} /> },
  { title: 'For the names', width: 'minmax(10rem, 2fr)', cell: ({ identifiers }) => namesOf(identifiers) },
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
    title: 'Expires',
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
  const { choice, toggle, clear, chooseAll } = useChoice(filter);
  const [bulk, setBulk] = useState<{ action: BulkAction['action']; selection: BulkSelection } | null>(null);
  const selection = selectionOf(choice);
  const [found, setFound] = useState<RowCount | null>(null);
  const withChoice = useMemo(
    (): Column<Certificate>[] => [
      {
        title: 'Chosen',
        head: <span className="hidden-text">Chosen</span>,
        width: '1.5rem',
        narrow: '1.5rem',
        cell: certificate => (
          <input
            type="checkbox"
            aria-label={`Choose ${certificate.name}`}
            checked={isChosen(choice, certificate.name)}
            disabled={!canToggle(choice, certificate.name)}
            onChange={() => toggle(certificate.name)}
          />
        ),
      },
      ...columns,
    ],
    [choice, toggle],
  );
  return (
    <Page
      title="Certificates"
      badge={<Count filter={filter} found={found} />}
      actions={
        <GoButton to="/request" operation={operations.certificate.request}>
          Request a certificate
        </GoButton>
      }
    >
      <Filters filter={filter} change={change} />
      {found?.count !== 0 && (
        <BulkBar
          choice={choice}
          chooseAll={chooseAll}
          clear={clear}
          begin={action => selection && setBulk({ action, selection })}
        />
      )}
      <Rows
        operation={operations.certificate.list}
        query={filter}
        columns={withChoice}
        sorting={{ by: filter.sort ?? 'name', change: by => change({ sort: by as CertificateFilter['sort'] }) }}
        label="Certificates"
        keyOf={({ id }: Certificate) => id}
        empty={<NoCertificate isNarrowed={narrowedBy(filter) !== null} />}
        around={272}
        readAgain={healthAgain}
        onCount={setFound}
      />
      {bulk?.action === 'export' && <BulkExportDialog selection={bulk.selection} onClose={() => setBulk(null)} />}
      {bulk && bulk.action !== 'export' && (
        <BulkDialog action={bulk.action} selection={bulk.selection} onClose={() => setBulk(null)} onDone={clear} />
      )}
    </Page>
  );
}

/** How many there are, or match: what the server has counted anyway, else what the table has read. */
function Count({ filter, found }: { filter: CertificateFilter; found: RowCount | null }) {
  const { data } = useQuery({ ...read(operations.system.overview, {}), enabled: countedAs(filter) !== null });
  return (
    <Text c="dimmed" role="status">
      {countInWords(filter, found, data?.certificates)}
    </Text>
  );
}

function NoCertificate({ isNarrowed }: { isNarrowed: boolean }) {
  if (isNarrowed) return <Text>No certificate is like that. Take a filter away to see others.</Text>;
  return (
    <Text>
      There is no certificate yet.{' '}
      <Go to="/request" underline="always">
        Request one
      </Go>
      : Certfleet proves its names, has it issued, deploys it and keeps it valid.
    </Text>
  );
}
