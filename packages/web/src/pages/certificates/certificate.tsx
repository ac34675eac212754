import { type Assignment, type Certificate, operations } from '@certfleet/contract';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Facts } from '../../parts/facts.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { PageProblem } from '../../parts/page-problem.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { HealthBadge, healthAgain } from '../../parts/status.js';
import { read, readAll } from '../../query.js';
import { Actions } from './actions.js';
import { Assignments, readAssignments } from './assignments.js';
import { Failure } from './failure.js';
import { labelsText } from './names.js';
import { Names } from './proven-names.js';
import { RecentEvents } from './recent-events.js';
import { Running } from './running.js';
import { deployedOf } from './steps.js';
import { Versions } from './versions.js';

const route = getRouteApi('/inside/certificates/$name');

/** One certificate: what is asked for, what is issued, what is served. */
export function CertificatePage() {
  const { name } = route.useParams();
  const { data, error, refetch } = useQuery({
    ...read(operations.certificate.show, { params: { name } }),
    refetchInterval: healthAgain,
  });
  const { data: first } = useQuery(readAssignments(name));
  const { data: many } = useQuery({
    ...readAll<Assignment>(operations.certificate.assignments, { params: { name } }),
    enabled: (first?.nextCursor ?? null) !== null,
  });
  if (!data) {
    return error ? <PageProblem title={name} error={error} retry={refetch} /> : <Loading what={name} />;
  }
  const assignments = first?.nextCursor === null ? first.items : many;
  const deployed = assignments && data.version ? deployedOf(assignments, data.version.number) : null;
  return (
    <Page title={name} badge={<HealthBadge health={data.health} />} actions={<Actions key={name} certificate={data} />}>
      {error && <ProblemAlert error={error} retry={refetch} />}
      <Running key={name} certificate={data} deployed={deployed} />
      <Failure key={`failure of ${name}`} certificate={data} />
      <Stack gap="lg">
        <About certificate={data} />
        <Names certificate={data} />
        <Assignments key={`assignments of ${name}`} certificate={data} />
        <Versions certificate={data} />
        <RecentEvents subject={`certificate:${name}`} />
      </Stack>
    </Page>
  );
}

function About({ certificate }: { certificate: Certificate }) {
  const { version, renewal, policy, profile, keyAlgorithm, keyOnRenewal, labels, toBeRevoked, servedUntil } =
    certificate;
  return (
    <Facts
      label="About the certificate"
      facts={[
        policy === null
          ? ['Source', 'Imported: it is never renewed by itself']
          : [
              'Policy',
              <Go key="policy" to="/policies/$name" params={{ name: policy }}>
                {policy}
              </Go>,
            ],
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
        version && ['Issuer', version.issuer],
        version?.account
          ? [
              'Account',
              <Go key="account" to="/accounts/$name" params={{ name: version.account }}>
                {version.account}
              </Go>,
            ]
          : null,
        version && ['Expires', <Moment key="expires" at={version.notAfter} />],
        servedUntil !== null && servedUntil !== version?.notAfter
          ? ['Served until', <ServedUntil key="served" at={servedUntil} />]
          : null,
        renewal && [
          version ? 'Next renewal' : 'Next order',
          <span key="renewal">
            <Moment at={renewal.at} />
            <Text size="sm" c="dimmed">
              {renewal.text}
            </Text>
          </span>,
        ],
        renewal?.period ? ['Renewal rule', renewal.period.text] : null,
        renewal?.askedAgainAt ? ['CA asked again', <Moment key="asked" at={renewal.askedAgainAt} />] : null,
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

/** Of an older version: what clients see ends before the one that is kept here. */
function ServedUntil({ at }: { at: string }) {
  return (
    <>
      <Moment at={at} />
      <Text size="sm" c="dimmed">
        An older version is still served: see the assignments.
      </Text>
    </>
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
