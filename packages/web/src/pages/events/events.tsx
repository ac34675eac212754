import { type Event, operations } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { Mark, type Standing } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { type Column, Rows } from '../../parts/rows.js';

const standings: Record<Event['outcome'], Standing> = { succeeded: 'good', failed: 'bad', intended: 'busy' };

const route = getRouteApi('/inside/events');

const columns: readonly Column<Event>[] = [
  { title: 'When', width: '8rem', narrow: '6rem', cell: ({ at }) => <Moment at={at} as="distance" /> },
  { title: 'Who', width: '9rem', cell: ({ actor }) => <span title={actor}>{actor}</span> },
  {
    title: 'Outcome',
    width: '7rem',
    cell: ({ outcome }) => <Mark standing={standings[outcome]}>{outcome}</Mark>,
  },
  {
    title: 'What',
    width: 'minmax(12rem, 3fr)',
    narrow: '1fr',
    cell: ({ message, action }) => <span title={`${action}: ${message}`}>{message}</span>,
  },
];

export function EventsPage() {
  const filter = route.useSearch();
  return (
    <Page title={filter.subject ? `Events of ${filter.subject}` : 'Events'}>
      <Rows
        operation={operations.event.list}
        query={filter}
        columns={columns}
        label="Events"
        keyOf={({ id }: Event) => String(id)}
        empty={<Text>Nothing has happened yet.</Text>}
      />
    </Page>
  );
}
