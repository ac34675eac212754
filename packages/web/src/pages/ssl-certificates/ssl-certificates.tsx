import { type Certificate, operations, type VirtualService } from '@certfleet/contract';
import { Group, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Go, GoButton } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { type Column, Rows } from '../../parts/rows.js';
import { HealthBadge } from '../../parts/status.js';
import { place } from '../virtual-services/words.js';
import { useAllServices } from './all-services.js';
import { servicesByCertificate } from './assigned.js';
import { CertificateOperations } from './certificate-operations.js';
import { ImportCertificate } from './import-certificate.js';

const route = getRouteApi('/inside/ssl-certificates');

/** The certificates as LoadMaster's users know them: SSL Certificates, with their operations. */
export function SslCertificatesPage() {
  const { search } = route.useSearch();
  const [isImporting, setImporting] = useState(false);
  const { data: services, error } = useAllServices();
  const columns = useMemo(() => columnsOf(services), [services]);
  return (
    <Page
      title="SSL certificates"
      actions={
        <>
          <GoButton to="/ssl-certificates/intermediates" variant="default">
            Intermediate certificates
          </GoButton>
          <ActionButton operation={operations.certificate.import} variant="default" onClick={() => setImporting(true)}>
            Import a certificate
          </ActionButton>
          <GoButton to="/request">Request a certificate</GoButton>
        </>
      }
    >
      <Search />
      {error && <ProblemAlert error={error} />}
      <Rows
        operation={operations.certificate.list}
        query={search === undefined ? {} : { search }}
        columns={columns}
        label="SSL certificates"
        keyOf={({ id }: Certificate) => id}
        empty={
          search === undefined ? (
            <Text>
              There is no certificate yet. Request one of a certificate authority, or import one with its key.
            </Text>
          ) : (
            <Text>No certificate is like that.</Text>
          )
        }
      />
      <ImportCertificate opened={isImporting} onClose={() => setImporting(false)} replaces={null} />
    </Page>
  );
}

function Search() {
  const { search } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search ?? '');
  const later = useDebouncedCallback(
    (text: string) => navigate({ search: { search: text === '' ? undefined : text }, replace: true }),
    150,
  );
  return (
    <Group>
      <TextInput
        aria-label="Search in identifiers and names"
        placeholder="Search in identifiers and names"
        type="search"
        value={typed}
        onChange={event => {
          setTyped(event.currentTarget.value);
          later(event.currentTarget.value);
        }}
      />
    </Group>
  );
}

function columnsOf(services: readonly VirtualService[] | undefined): readonly Column<Certificate>[] {
  const byName = services && servicesByCertificate(services);
  return [
    {
      title: 'Identifier',
      width: 'minmax(8rem, 1fr)',
      narrow: '1fr',
      cell: ({ name }) => (
        <Go to="/certificates/$name" params={{ name }} title={name}>
          {name}
        </Go>
      ),
    },
    {
      title: 'Common name(s)',
      width: 'minmax(9rem, 1.5fr)',
      cell: ({ identifiers }) => {
        const names = identifiers.map(({ value }) => value).join(', ');
        return <span title={names}>{names}</span>;
      },
    },
    {
      title: 'Expires',
      width: '8rem',
      cell: ({ version }) => (version ? <Moment at={version.notAfter} as="day" /> : 'not issued'),
    },
    { title: 'Status', width: '8.5rem', narrow: '8.5rem', cell: ({ health }) => <HealthBadge health={health} /> },
    { title: 'Type', width: '6rem', cell: ({ source }) => (source === 'acme' ? 'ACME' : 'imported') },
    {
      title: 'Assigned VSs',
      width: 'minmax(8rem, 1fr)',
      cell: certificate => <AssignedServices certificate={certificate} services={byName?.get(certificate.name)} />,
    },
    {
      title: 'Operation',
      width: '7rem',
      narrow: '6.5rem',
      cell: certificate => <CertificateOperations certificate={certificate} services={services} />,
    },
  ];
}

function AssignedServices({
  certificate: { assignments },
  services = [],
}: {
  certificate: Certificate;
  services: readonly VirtualService[] | undefined;
}) {
  // The administrative interface and other targets are no virtual services.
  const others = assignments - services.length;
  if (assignments === 0 && services.length === 0) return 'none';
  return (
    <span title={services.map(place).join(', ')}>
      {services.map((service, at) => (
        <span key={service.index}>
          {at > 0 && ', '}
          <Go to="/virtual-services/$id" params={{ id: String(service.index) }}>
            {service.name ?? place(service)}
          </Go>
        </span>
      ))}
      {others > 0 && `${services.length > 0 ? ' and ' : ''}${others} other${others === 1 ? '' : 's'}`}
    </span>
  );
}
