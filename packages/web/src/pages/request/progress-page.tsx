import { type Assignment, type Certificate, operations } from '@certfleet/contract';
import { List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCertificateProgress } from '../../live/certificate-progress.js';
import { Few } from '../../parts/few.js';
import { GoButton } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { Failure } from './failure.js';
import { ManualChallenges } from './manual-challenges.js';
import { isLive, stagesOf } from './progress.js';
import { usePlaces } from './use-places.js';

/** How a request goes on, live: each step, what a person has to do, what failed, and in the end what is served. */
export function ProgressPage({ name, since }: { name: string; since: number }) {
  const input = { params: { name } };
  const certificate = useQuery(read(operations.certificate.show, input));
  const assignments = useQuery(read(operations.certificate.assignments, { ...input, query: { limit: 1000 } }));
  const error = certificate.error ?? assignments.error;
  if (error) {
    return <ProblemAlert error={error} retry={() => Promise.all([certificate.refetch(), assignments.refetch()])} />;
  }
  if (!certificate.data || !assignments.data) return <Loading what={name} />;
  return <Progress certificate={certificate.data} assignments={assignments.data.items} since={since} />;
}

interface ProgressProps {
  certificate: Certificate;
  assignments: readonly Assignment[];
  since: number;
}

function Progress({ certificate, assignments, since }: ProgressProps) {
  const { name, issuance, lastError, version } = certificate;
  const stages = stagesOf(certificate, assignments, since);
  const live = isLive(stages);
  const said = useCertificateProgress(name);
  const isIssued = version !== null && version.number > since && issuance === null;
  const goesOn = !isIssued && lastError === null && !issuance?.needsPerson;
  return (
    <Page
      title={live ? `${name} is ${assignments.length > 0 ? 'served' : 'issued'}` : `The request of ${name}`}
      actions={
        <GoButton variant="default" to="/certificates/$name" params={{ name }}>
          To its page
        </GoButton>
      }
    >
      <Section title="Progress">
        <List listStyleType="none" aria-label="Steps of the request" spacing={6}>
          {stages.map(({ title, standing, word, detail }) => (
            <List.Item key={title} className="breaks">
              <Mark standing={standing}>{word}</Mark> {title}
              {detail && (
                <Text size="sm" c="dimmed">
                  {detail}
                </Text>
              )}
            </List.Item>
          ))}
        </List>
        <Text role="status" c="dimmed" size="sm">
          {goesOn && (said?.message ?? 'It goes on by itself; this page may be closed.')}
        </Text>
      </Section>
      {issuance?.needsPerson && <ManualChallenges certificate={name} />}
      {lastError && !isIssued && !issuance?.needsPerson && <Failure certificate={certificate} since={since} />}
      {isIssued && <Served certificate={certificate} assignments={assignments} />}
    </Page>
  );
}

/** What a handshake read after it was installed: the proof that it is served. */
function Served({ certificate: { name, version }, assignments }: Omit<ProgressProps, 'since'>) {
  const { placeOf } = usePlaces();
  if (version === null) return null;
  if (assignments.length === 0) {
    return (
      <Text>
        It was issued by {version.issuer}, serial <code className="breaks">{version.serial}</code>, and is deployed
        nowhere yet: its page can assign and export it.
      </Text>
    );
  }
  return (
    <Stack>
      <Few<Assignment>
        label="What is served"
        rows={assignments}
        columns={[
          { title: 'Where', cell: ({ target }) => [target, placeOf(target)].filter(Boolean).join(' at ') },
          { title: 'Serial', cell: ({ deployment }) => <code>{deployment?.servedSerial ?? 'not read yet'}</code> },
          {
            title: 'Issuer',
            cell: ({ deployment }) => {
              const serial = deployment?.servedSerial ?? null;
              if (serial === null) return '–';
              return serial === version.serial ? version.issuer : 'not of this version';
            },
          },
          {
            title: 'Not after',
            cell: ({ deployment }) =>
              deployment?.servedSerial === version.serial ? <Moment at={version.notAfter} /> : '–',
          },
          { title: 'Read', cell: ({ deployment }) => (deployment ? <Moment at={deployment.at} as="distance" /> : '–') },
        ]}
        keyOf={({ target }) => target}
        empty={`${name} is assigned to nothing.`}
      />
    </Stack>
  );
}
