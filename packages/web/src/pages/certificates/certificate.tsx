import { type Certificate, operations } from '@certfleet/contract';
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Facts } from '../../parts/facts.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { HealthBadge } from '../../parts/status.js';
import { read } from '../../query.js';
import { Actions } from './actions.js';
import { Assignments } from './assignments.js';
import { Failure } from './failure.js';
import { labelsText } from './names.js';
import { Names } from './proven-names.js';
import { RecentEvents } from './recent-events.js';
import { Running } from './running.js';
import { Versions } from './versions.js';

const route = getRouteApi('/inside/certificates/$name');

/** One certificate: what is asked for, what is issued, what is served. */
export function CertificatePage() {
  const { name } = route.useParams();
  const { data, error, refetch } = useQuery(read(operations.certificate.show, { params: { name } }));
  const targets = useQuery(read(operations.certificate.assignments, { params: { name }, query: { limit: 1000 } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return <Loading what={name} />;
  const assignments = targets.data?.items ?? [];
  const isDeploying = assignments.some(({ deployment }) => /^(pending|installed)$/.test(deployment?.status ?? ''));
  return (
    <Page title={name} badge={<HealthBadge health={data.health} />} actions={<Actions key={name} certificate={data} />}>
      <Running key={name} certificate={data} isDeploying={isDeploying} />
      <Failure key={`failure of ${name}`} certificate={data} />
      <Stack gap="lg">
        <About certificate={data} />
        <Names certificate={data} />
        {targets.error ? (
          <ProblemAlert error={targets.error} retry={targets.refetch} />
        ) : (
          <Assignments certificate={data} assignments={assignments} />
        )}
        <Versions certificate={data} />
        <RecentEvents subject={`certificate:${name}`} />
      </Stack>
    </Page>
  );
}

function About({ certificate }: { certificate: Certificate }) {
  const { version, renewal, policy, source, profile, keyAlgorithm, keyOnRenewal, labels, toBeRevoked } = certificate;
  return (
    <Facts
      label="About the certificate"
      facts={[
        source === 'imported' ? ['Source', 'Imported: it is never renewed by itself'] : ['Policy', policy],
        [
          'Version',
          version ? (
            <span key="version">
              {version.number}, serial <code>{version.serial}</code>
            </span>
          ) : (
            'none issued yet'
          ),
        ],
        version && [
          'Issuer',
          version.account === null ? version.issuer : `${version.issuer}, account ${version.account}`,
        ],
        version && ['Not after', <Moment key="not-after" at={version.notAfter} />],
        renewal && [
          'Next order',
          <span key="renewal">
            <Moment at={renewal.at} />: {renewal.text}
          </span>,
        ],
        renewal?.period ? ['Without the CA’s word', renewal.period.text] : null,
        renewal?.askedAgainAt ? ['The CA is asked again', <Moment key="asked" at={renewal.askedAgainAt} />] : null,
        ...toBeRevoked.map(
          ({ version: number, reason, by, trouble }) =>
            [
              'To be revoked',
              `Version ${number} (${reason}, by ${by}) as soon as the next one is served in its place.${trouble ? ` ${trouble.message}` : ''}`,
            ] as const,
        ),
        keyAlgorithm === null && keyOnRenewal === null
          ? null
          : ['Key', `${keyAlgorithm ?? 'as the policy says'}; ${keyText(keyOnRenewal)}`],
        profile === null ? null : ['ACME profile', profile],
        Object.keys(labels).length === 0 ? null : ['Labels', labelsText(labels).replaceAll('\n', ', ')],
      ]}
    />
  );
}

function keyText(keyOnRenewal: Certificate['keyOnRenewal']): string {
  switch (keyOnRenewal) {
    case 'new':
      return 'a new one for each version';
    case 'same':
      return 'the same one for each version';
    case 'imported':
      return 'the one that was brought along';
    case null:
      return 'at renewal as the policy says';
  }
}
