import { operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Outcome } from '../../parts/outcome.js';
import { Section } from '../../parts/page.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';

/** What happened to a thing last. `subject`: `certificate:www`. */
export function RecentEvents({ subject }: { subject: string }) {
  const events = useQuery(read(operations.event.list, { query: { subject, limit: 20 } }));
  return (
    <Section
      title="What happened"
      actions={
        <Go to="/events" search={{ subject }}>
          All its events
        </Go>
      }
    >
      <Shown of={events}>
        {data => (
          <Few
            label="The newest events"
            rows={data.items}
            columns={[
              { title: 'When', isShort: true, cell: ({ at }) => <Moment at={at} as="clock" /> },
              {
                title: 'Outcome',
                isShort: true,
                cell: ({ outcome }) => <Outcome outcome={outcome} />,
              },
              {
                title: 'What',
                cell: ({ id, message }) => (
                  <Go to="/events" search={{ event: id }} c="inherit" lineClamp={3}>
                    {message}
                  </Go>
                ),
              },
              { title: 'Who', cell: ({ actor }) => actor },
            ]}
            keyOf={({ id }) => String(id)}
            empty="Nothing has happened yet."
          />
        )}
      </Shown>
    </Section>
  );
}
