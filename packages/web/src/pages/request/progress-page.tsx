import { type Assignment, type Certificate, operations } from '@certfleet/contract';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCertificateProgress } from '../../live/certificate-progress.js';
import { Few } from '../../parts/few.js';
import { GoButton } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import Paused from '../../parts/paused.js';
import { both, Shown } from '../../parts/shown.js';
import { read, readAll } from '../../query.js';
import { placeOf } from '../virtual-services/words.js';
import { Failure } from './failure.js';
import { ManualChallenges } from './manual-challenges.js';
import { isLive, stagesOf } from './progress.js';

/** How a request goes on, live: each step, what a person has to do, what failed, and in the end what is served. */
export function ProgressPage({ name, since }: { name: string; since: number }) {
  const input = { params: { name } };
  const certificate = useQuery(read(operations.certificate.show, input));
  const assignments = useQuery(readAll<Assignment>(operations.certificate.assignments, input));
  return (
    <Shown of={both(certificate, assignments)} what={name} title={name}>
      {([asked, everywhere]) => <Progress certificate={asked} assignments={everywhere} since={since} />}
    </Shown>
  );
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
  const paused = useQuery(read(operations.system.show, {})).data?.paused;
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
        <ul className="sheet stages" aria-label="Steps of the request">
          {stages.map(({ title, standing, word, detail }) => (
            <li key={title} className="breaks">
              <span>
                <Mark standing={standing}>{word}</Mark>
              </span>
              <span>
                {title}
                {detail && <Text c="dimmed">{detail}</Text>}
              </span>
            </li>
          ))}
        </ul>
        <Text role="status" c="dimmed" size="sm">
          {goesOn && !paused && (said?.message ?? 'It goes on by itself; this page may be closed.')}
        </Text>
        {goesOn && paused && <Paused paused={paused} />}
      </Section>
      {issuance?.needsPerson && <ManualChallenges certificate={name} />}
      {lastError && !isIssued && !issuance?.needsPerson && <Failure certificate={certificate} since={since} />}
      {isIssued && <Served certificate={certificate} assignments={assignments} />}
    </Page>
  );
}

/** So many targets are shown. */
const shown = 50;

/** What a handshake read after it was installed: the proof that it is served. */
function Served({ certificate: { name, version }, assignments }: Omit<ProgressProps, 'since'>) {
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
        rows={assignments.slice(0, shown)}
        columns={[
          {
            title: 'Where',
            cell: ({ target, virtualService }) => (virtualService ? `${target} at ${placeOf(virtualService)}` : target),
          },
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
            title: 'Expires',
            cell: ({ deployment }) =>
              deployment?.servedSerial === version.serial ? <Moment at={version.notAfter} /> : '–',
          },
          {
            title: 'Read',
            cell: ({ deployment }) => (deployment?.servedSerial ? <Moment at={deployment.at} as="distance" /> : '–'),
          },
        ]}
        keyOf={({ target }) => target}
        empty={`${name} is assigned to nothing.`}
      />
      {assignments.length > shown && (
        <Text size="sm">
          The first {shown} of its {assignments.length} targets: its page has them all.
        </Text>
      )}
    </Stack>
  );
}
