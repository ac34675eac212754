import { endpoints, operations, type System } from '@certfleet/contract';
import { Anchor, Group, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { FormDialog } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { Facts } from '../../parts/facts.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page, Section } from '../../parts/page.js';
import Paused from '../../parts/paused.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { failingParts, type PartHealth, partInAWord, partsOf, readHealth } from './health.js';

/** Whether it works, how each part of it does, and what it is. */
export function AboutPage() {
  const system = useQuery(read(operations.system.show, {}));
  return (
    <Shown of={system} what="the state of Certfleet" title="This installation">
      {data => <About system={data} />}
    </Shown>
  );
}

function About({ system }: { system: System }) {
  return (
    <Page
      title="This installation"
      badge={<Works isPaused={system.paused !== null} />}
      actions={system.paused === null && <PauseButton />}
    >
      {system.paused && <Paused paused={system.paused} />}
      <Parts />
      <Work />
      <Section title="About">
        <Facts
          label="About Certfleet"
          facts={[
            ['Version', system.version],
            ['Node.js', system.versions.node],
            ['HAProxy', system.versions.haproxy ?? 'none that can be used: see its state above'],
            ['Store', `${system.versions.store}, schema ${system.versions.schema}`],
            ['Runs on', system.versions.system],
            [
              'API',
              <Anchor key="api" inherit href={endpoints.openapi.path} target="_blank">
                OpenAPI 3.1, for programs and their authors
              </Anchor>,
            ],
            ['Metrics', `For Prometheus at ${endpoints.metrics.path}, with an API token`],
            ['Licence', 'Apache 2.0'],
          ]}
        />
      </Section>
    </Page>
  );
}

/** Nothing is said before it is known. */
function Works({ isPaused }: { isPaused: boolean }) {
  const { data: health, error } = useQuery(readHealth());
  const [failing] = failingParts(health);
  if (failing) return <Mark standing="bad">{partInAWord(failing)}</Mark>;
  if (isPaused) return <Mark standing="attention">paused</Mark>;
  return health && !error && <Mark standing="good">works</Mark>;
}

function PauseButton() {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ActionButton operation={operations.system.pause} variant="default" onClick={() => setOpened(true)}>
        Pause
      </ActionButton>
      {opened && <PauseDialog onClose={() => setOpened(false)} />}
    </>
  );
}

function PauseDialog({ onClose }: { onClose: () => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.system.pause,
    initial: { reason: '' },
    input: ({ reason }) => ({ body: reason === '' ? {} : { reason } }),
    onDone: () => {
      tellDone('Certfleet is paused.');
      onClose();
    },
  });
  return (
    <FormDialog title="Pause Certfleet?" verb="Pause" onClose={onClose} {...state}>
      <Text size="sm">
        Nothing is issued, renewed or deployed until someone resumes it. What is served stays, and what expires is still
        told.
      </Text>
      <TextInput label="Why, for others" data-autofocus {...form.getInputProps('reason')} />
    </FormDialog>
  );
}

function Parts() {
  return (
    <Section title="Health">
      <Shown of={useQuery(readHealth())}>
        {data => (
          <Few
            label="Health of each part"
            rows={partsOf(data)}
            columns={[
              { title: 'Part', cell: ({ part }) => part },
              { title: 'State', cell: ({ standing, state }) => <Mark standing={standing}>{state}</Mark> },
              { title: 'What that means', cell: ({ remark }) => remark ?? 'It works.' },
            ]}
            keyOf={({ part }: PartHealth) => part}
            empty="There are no parts."
          />
        )}
      </Shown>
    </Section>
  );
}

function Work() {
  const overview = useQuery(read(operations.system.overview, {}));
  return (
    <Section title="Its work at the moment">
      <Shown of={overview}>
        {({ jobs, solvers, channels, virtualServices }) => (
          <Facts
            label="Its work at the moment"
            facts={[
              ['Jobs', `${jobs.running} run, ${jobs.due} wait`],
              ['Virtual services', `${virtualServices.total}, of which ${virtualServices.down} are down`],
              ['Solvers', `${solvers.total}, of which ${solvers.leftOver} have something left to take away`],
              [
                'Channels',
                <Group key="channels" gap="xs">
                  {`${channels.working} work, ${channels.failing} fail, ${channels.disabled} are disabled`}
                  {channels.failing > 0 && <Go to="/settings/channels">Look at them</Go>}
                </Group>,
              ],
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}
