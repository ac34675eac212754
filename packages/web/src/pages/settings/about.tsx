import { endpoints, operations, type System } from '@certfleet/contract';
import { Alert, Anchor, Group, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { FormDialog } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { Facts } from '../../parts/facts.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { type PartHealth, partsOf, readHealth } from './health.js';

/** Whether it works, how each part of it does, and what it is. */
export function AboutPage() {
  const { data, error, refetch } = useQuery(read(operations.system.show, {}));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return <Loading what="the state of Certfleet" />;
  return (
    <Page
      title="This installation"
      badge={data.paused ? <Mark standing="attention">paused</Mark> : <Mark standing="good">works</Mark>}
      actions={data.paused ? <ResumeButton /> : <PauseButton />}
    >
      <Paused system={data} />
      <Parts />
      <Work />
      <Section title="About">
        <Facts
          label="About Certfleet"
          facts={[
            ['Version', data.version],
            [
              'API',
              <Anchor key="api" href={endpoints.openapi.path} target="_blank">
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

function Paused({ system: { paused } }: { system: System }) {
  if (!paused) return null;
  return (
    <Alert color="yellow" title="Paused: nothing is issued, renewed or deployed">
      <Text size="sm">{paused.reason}</Text>
      <Text size="sm" mt="xs">
        Since <Moment at={paused.since} />, by {paused.by}. What is asked for meanwhile waits.
        {paused.restored && ' Channels are silent as well, since what the backup was made of may still work.'}
      </Text>
    </Alert>
  );
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

/** Goes on with the work; asks first, since two instances of one backup must not both work. */
export function ResumeButton() {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ActionButton operation={operations.system.resume} onClick={() => setOpened(true)}>
        Resume
      </ActionButton>
      <Confirm
        opened={opened}
        onClose={() => setOpened(false)}
        title="Resume Certfleet?"
        verb="Resume"
        operation={operations.system.resume}
        input={{}}
        onDone={() => tellDone('Certfleet works again.')}
      >
        What is due is issued, renewed and deployed from now on. After a restore: only when the instance that the backup
        was made of no longer works.
      </Confirm>
    </>
  );
}

function Parts() {
  const { data, error } = useQuery(readHealth());
  return (
    <Section title="Health">
      {error && <ProblemAlert error={error} />}
      {data && (
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
    </Section>
  );
}

function Work() {
  const { data, error } = useQuery(read(operations.system.overview, {}));
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  const { jobs, solvers, channels, virtualServices } = data;
  return (
    <Section title="Its work at the moment">
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
    </Section>
  );
}
