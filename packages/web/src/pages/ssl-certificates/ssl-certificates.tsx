import { type Certificate, operations } from '@certfleet/contract';
import { Box, Text } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { GoButton, RowGo } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import type { Column } from '../../parts/rows.js';
import { SearchedRows } from '../../parts/searched-rows.js';
import { HealthBadge, healthAgain } from '../../parts/status.js';
import { place } from '../virtual-services/words.js';
import { CertificateOperations } from './certificate-operations.js';
import { ImportCertificate } from './import-certificate.js';

/** The certificates as LoadMaster's users know them: SSL Certificates, with their operations. */
export function SslCertificatesPage() {
  const [isImporting, setImporting] = useState(false);
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
          <GoButton to="/request" operation={operations.certificate.request}>
            Request a certificate
          </GoButton>
        </>
      }
    >
      <SearchedRows
        places="identifiers and names"
        operation={operations.certificate.list}
        columns={columns}
        label="SSL certificates"
        keyOf={({ id }: Certificate) => id}
        readAgain={healthAgain}
        empty={
          <Text>There is no certificate yet. Request one of a certificate authority, or import one with its key.</Text>
        }
      />
      <ImportCertificate opened={isImporting} onClose={() => setImporting(false)} replaces={null} />
    </Page>
  );
}

const columns: readonly Column<Certificate>[] = [
  {
    title: 'Identifier',
    width: 'minmax(8rem, 1fr)',
    narrow: '1fr',
    cell: ({ name }) => (
      <RowGo to="/certificates/$name" params={{ name }} title={name}>
        {name}
      </RowGo>
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
    cell: certificate => <AssignedServices certificate={certificate} />,
  },
  {
    title: 'Operation',
    head: <OperationHead />,
    width: '7rem',
    narrow: '3rem',
    cell: certificate => <CertificateOperations certificate={certificate} />,
  },
];

/** On a narrow screen there is no room for the word, which those who hear the page are told nevertheless. */
function OperationHead() {
  return (
    <>
      <Box component="span" visibleFrom="sm">
        Operation
      </Box>
      <Box component="span" className="hidden-text" hiddenFrom="sm">
        Operation
      </Box>
    </>
  );
}

/** The first of them by their names; the others, and targets that are no virtual services, are counted. */
function AssignedServices({ certificate: { assignments, virtualServices } }: { certificate: Certificate }) {
  if (assignments === 0) return 'none';
  const others = assignments - virtualServices.length;
  const more = others > 0 && `${virtualServices.length > 0 ? ' and ' : ''}${others} other${others === 1 ? '' : 's'}`;
  return (
    <span title={`${virtualServices.map(place).join(', ')}${more || ''}`}>
      {virtualServices.map((service, at) => (
        <span key={service.index}>
          {at > 0 && ', '}
          <RowGo to="/virtual-services/$id" params={{ id: String(service.index) }}>
            {service.name ?? place(service)}
          </RowGo>
        </span>
      ))}
      {more}
    </span>
  );
}
