import { operations } from '@certfleet/contract';
import { Alert, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLiveEvents } from '../../live/live-context.js';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

export function OverviewPage() {
  return (
    <Page title="Overview">
      <Paused />
      <Failing />
      <Now />
    </Page>
  );
}

function Paused() {
  const { data } = useQuery(read(operations.system.show, {}));
  if (!data?.paused) return null;
  return (
    <Alert color="yellow" title="Paused: nothing is issued, renewed or deployed">
      {data.paused.reason}
    </Alert>
  );
}

function Failing() {
  const { data, error } = useQuery(
    read(operations.certificate.list, { query: { status: 'failing', sort: 'notAfter', limit: 10 } }),
  );
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  return (
    <Section title="What needs a person">
      {data.items.length === 0 && <Text>Nothing: no certificate is failing.</Text>}
      <List>
        {data.items.map(({ name, lastError }) => (
          <List.Item key={name}>
            <Go to="/certificates/$name" params={{ name }}>
              {name}
            </Go>
            : {lastError?.message}
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

function Now() {
  const events = useLiveEvents();
  return (
    <Section title="Happening now">
      {events.length === 0 && <Text c="dimmed">Nothing has happened since this page was opened.</Text>}
      <List>
        {events.slice(0, 12).map(({ id, at, message }) => (
          <List.Item key={id}>
            <Moment at={at} as="distance" />: {message}
          </List.Item>
        ))}
      </List>
    </Section>
  );
}
