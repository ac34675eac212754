import { type Certificate, operations } from '@certfleet/contract';
import { Alert, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCall } from '../../call.js';
import { useProgress } from '../../live/live-context.js';
import { ActionButton } from '../../parts/action.js';
import { Facts } from '../../parts/facts.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { StatusBadge } from '../../parts/status.js';
import { read } from '../../query.js';

const route = getRouteApi('/inside/certificates/$name');

export function CertificatePage() {
  const { name } = route.useParams();
  const { data, error, refetch } = useQuery(read(operations.certificate.show, { params: { name } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return <Loading what={name} />;
  return (
    <Page title={name} badge={<StatusBadge status={data.status} />} actions={<Renew certificate={data} />}>
      <Running certificate={data} />
      {data.lastError && (
        <Alert color="red" title={`The last attempt failed (${data.lastError.attempts} so far)`}>
          {data.lastError.message}
        </Alert>
      )}
      <About certificate={data} />
      <Assignments name={name} />
      <Versions name={name} />
      <Go to="/events" search={{ subject: `certificate:${name}` }}>
        What happened to it
      </Go>
    </Page>
  );
}

function Renew({ certificate: { name, source } }: { certificate: Certificate }) {
  const renew = useCall(operations.certificate.renew);
  return (
    <Stack gap="xs">
      <ActionButton
        operation={operations.certificate.renew}
        refusal={source === 'imported' ? 'It was imported: import its next version.' : null}
        onClick={() => renew.mutate({ params: { name } })}
        loading={renew.isPending}
      >
        Renew now
      </ActionButton>
      {renew.error && <ProblemAlert error={renew.error} />}
    </Stack>
  );
}

function Running({ certificate: { name, issuance } }: { certificate: Certificate }) {
  const progress = useProgress(`certificate:${name}`);
  if (!issuance) return null;
  return (
    <Alert color="blue" title={`An order is under way: ${issuance.step}`} role="status">
      {issuance.reason ?? progress?.message ?? `Account ${issuance.account}, attempt ${issuance.attempt}.`}
    </Alert>
  );
}

function About({ certificate }: { certificate: Certificate }) {
  const { identifiers, version, renewal, policy, source } = certificate;
  return (
    <Facts
      label="About the certificate"
      facts={[
        ['Names', identifiers.map(({ value }) => value).join(', ')],
        ['Source', source],
        ['Policy', policy],
        ['Version', version ? `${version.number}, serial ${version.serial}` : 'none issued yet'],
        version && ['Issuer', version.issuer],
        version && ['Not after', <Moment key="not-after" at={version.notAfter} />],
        renewal && [
          'Renewal',
          <span key="renewal">
            <Moment at={renewal.at} />: {renewal.text}
          </span>,
        ],
      ]}
    />
  );
}

function Assignments({ name }: { name: string }) {
  const { data, error } = useQuery(read(operations.certificate.assignments, { params: { name } }));
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  return (
    <Section title="Where it should be, and is">
      <Few
        label="Assignments"
        rows={data.items}
        columns={[
          { title: 'Target', cell: ({ target }) => target },
          { title: 'Deployment', cell: ({ deployment }) => deployment?.status ?? 'none yet' },
        ]}
        keyOf={({ target }) => target}
        empty="It is assigned to nothing."
      />
    </Section>
  );
}

function Versions({ name }: { name: string }) {
  const { data, error } = useQuery(read(operations.certificate.versions, { params: { name } }));
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  return (
    <Section title="Versions">
      <Few
        label="Versions"
        rows={data.items}
        columns={[
          { title: 'Number', cell: ({ number }) => number },
          { title: 'Serial', cell: ({ serial }) => <code>{serial}</code> },
          { title: 'Issued', cell: ({ notBefore }) => <Moment at={notBefore} as="day" /> },
          { title: 'Not after', cell: ({ notAfter }) => <Moment at={notAfter} as="day" /> },
        ]}
        keyOf={({ id }) => String(id)}
        empty="None was issued yet."
      />
    </Section>
  );
}
