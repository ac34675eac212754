import { operations, type Running } from '@certfleet/contract';
import { SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useProgress } from '../../live/live-context.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Outcome } from '../../parts/outcome.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

/** What is under way, and what happened last. `children`: what is to come. */
export function Now({ children }: { children: ReactNode }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <Stack gap="lg" miw={0}>
        <UnderWay />
        {children}
      </Stack>
      <Newest />
    </SimpleGrid>
  );
}

/** So many are shown of each. */
const shown = 8;

function UnderWay() {
  const { data, error, refetch } = useQuery(read(operations.system.running, { query: { limit: shown } }));
  return (
    <Section title="Happening now">
      {error && <ProblemAlert error={error} retry={refetch} />}
      {data && (
        <Few
          label="Orders and deployments under way"
          rows={data.items}
          columns={[
            {
              title: 'Certificate',
              cell: ({ certificate: name }) => (
                <Go to="/certificates/$name" params={{ name }}>
                  {name}
                </Go>
              ),
            },
            { title: 'Step', cell: running => <Step running={running} /> },
            { title: 'Since', isShort: true, cell: ({ stepSince }) => <Moment at={stepSince} as="distance" /> },
          ]}
          keyOf={({ kind, id }) => `${kind} ${id}`}
          empty="Nothing is under way."
        />
      )}
      {data?.nextCursor && 'There is more: these are the oldest.'}
    </Section>
  );
}

const steps: Record<Running['step'], string> = {
  new: 'planned',
  created: 'ordered',
  presenting: 'presenting challenges',
  validating: 'being validated',
  finalizing: 'being issued',
  pending: 'being deployed',
  installed: 'being verified',
};

function Step({ running }: { running: Running }) {
  const { certificate, step, target, reason, needsPerson, waitsUntil } = running;
  const said = useProgress(`certificate:${certificate}`);
  const text = reason ?? (said && said.step === step ? said.message : null);
  return (
    <>
      <Mark standing={needsPerson ? 'attention' : waitsUntil ? 'off' : 'busy'}>
        {needsPerson ? 'waits for a person' : `${steps[step]}${target === null ? '' : ` at ${target}`}`}
      </Mark>{' '}
      {needsPerson ? (
        <Go to="/request" search={{ certificate }} underline="always">
          See its challenges
        </Go>
      ) : (
        text
      )}
    </>
  );
}

function Newest() {
  const { data, error, refetch } = useQuery(read(operations.event.list, { query: { limit: shown } }));
  return (
    <Section title="Newest events" actions={<Go to="/events">All events</Go>}>
      {error && <ProblemAlert error={error} retry={refetch} />}
      {data && (
        <Few
          label="Newest events"
          rows={data.items}
          columns={[
            { title: 'When', isShort: true, cell: ({ at }) => <Moment at={at} as="distance" /> },
            { title: 'Outcome', isShort: true, cell: ({ outcome }) => <Outcome outcome={outcome} /> },
            {
              title: 'What',
              cell: ({ id, message }) => (
                <Go to="/events" search={{ event: id }} c="inherit" lineClamp={2}>
                  {message}
                </Go>
              ),
            },
          ]}
          keyOf={({ id }) => String(id)}
          empty="Nothing has happened yet."
        />
      )}
    </Section>
  );
}
