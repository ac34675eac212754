import { type Event, operations } from '@certfleet/contract';
import { Code, Drawer, Group, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { inUtc } from '../../parts/distance.js';
import { Facts } from '../../parts/facts.js';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Outcome } from '../../parts/outcome.js';
import { Shown } from '../../parts/shown.js';
import { placeOf } from '../../parts/subject.js';
import { read } from '../../query.js';

/** All that is known of one event, beside the list. `id` undefined: none is open. */
export function EventDetails({ id, onClose }: { id: number | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Event ${id}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id !== undefined && <Details id={id} />}
    </Drawer>
  );
}

function Details({ id }: { id: number }) {
  const event = useQuery(read(operations.event.show, { params: { id } }));
  return (
    <Shown of={event} what={`event ${id}`}>
      {data => <About event={data} />}
    </Shown>
  );
}

function About({ event }: { event: Event }) {
  const { at, actor, action, subject, outcome, message, detail } = event;
  return (
    <Stack>
      <Facts
        label="About the event"
        facts={[
          ['What', message],
          ['Outcome', <Outcome key="outcome" outcome={outcome} />],
          ['When', <Moment key="at" at={at} />],
          ['In UTC', inUtc(at)],
          ['About', subject === null ? null : <Subject key="subject" subject={subject} />],
          ['Action', <Narrow key="action" by={{ action }} />],
          ['Who', <Narrow key="actor" by={{ actor }} />],
        ]}
      />
      {Object.keys(detail).length > 0 && (
        <section aria-label="Details">
          <Title order={3} size="h5" mb="xs">
            Details
          </Title>
          <Code block>{JSON.stringify(detail, null, 2)}</Code>
        </section>
      )}
    </Stack>
  );
}

function Subject({ subject }: { subject: string }) {
  const place = placeOf(subject);
  return (
    <Group gap="xs">
      {place === null ? subject : <Go to={place}>{subject}</Go>}
      <Go to="/events" search={{ subject }}>
        all its events
      </Go>
    </Group>
  );
}

/** A value that leads to all events that have it. */
function Narrow({ by }: { by: Partial<Pick<Event, 'action' | 'actor'>> }) {
  return (
    <Go to="/events" search={by}>
      {Object.values(by)[0]}
    </Go>
  );
}
