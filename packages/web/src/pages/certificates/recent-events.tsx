import { type Event, operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Mark, type Standing } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

const standings: Record<Event['outcome'], Standing> = { succeeded: 'good', failed: 'bad', intended: 'busy' };

/** What happened to a thing last. `subject`: `certificate:www`. */
export function RecentEvents({ subject }: { subject: string }) {
  const { data, error } = useQuery(read(operations.event.list, { query: { subject, limit: 20 } }));
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  return (
    <Section
      title="What happened"
      actions={
        <Go to="/events" search={{ subject }}>
          All its events
        </Go>
      }
    >
      <Few
        label="The newest events"
        rows={data.items}
        columns={[
          { title: 'When', isShort: true, cell: ({ at }) => <Moment at={at} as="distance" /> },
          {
            title: 'Outcome',
            isShort: true,
            cell: ({ outcome }) => <Mark standing={standings[outcome]}>{outcome}</Mark>,
          },
          { title: 'What', cell: ({ message }) => message },
          { title: 'Who', isShort: true, cell: ({ actor }) => actor },
        ]}
        keyOf={({ id }) => String(id)}
        empty="Nothing has happened yet."
      />
    </Section>
  );
}
