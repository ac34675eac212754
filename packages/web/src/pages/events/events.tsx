import { type Event, operations, pathOf } from '@certfleet/contract';
import { Button, Group, Menu, Switch, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { RowGo } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Outcome } from '../../parts/outcome.js';
import { Page } from '../../parts/page.js';
import { type Column, Rows } from '../../parts/rows.js';
import { EventDetails } from './event-details.js';
import type { EventFilter } from './filter.js';
import { Filters } from './filters.js';
import { mostNews, useNews } from './news.js';

const route = getRouteApi('/inside/events');

const columns: readonly Column<Event>[] = [
  { title: 'When', width: '9.5rem', cell: ({ at }) => <Moment at={at} as="clock" /> },
  { title: 'Who', width: '9rem', cell: ({ actor }) => <span title={actor}>{actor}</span> },
  {
    title: 'Outcome',
    width: '7.5rem',
    cell: ({ outcome }) => <Outcome outcome={outcome} />,
  },
  {
    title: 'What',
    width: 'minmax(12rem, 4fr)',
    narrow: '1fr',
    cell: ({ id, at, message, action, outcome }) => (
      <>
        <RowGo
          className="clamped"
          from="/events"
          to="/events"
          search={present => ({ ...present, event: id })}
          style={{ color: 'inherit' }}
          title={`${action}: ${message}`}
          resetScroll={false}
        >
          {message}
        </RowGo>
        <Group hiddenFrom="sm" justify="space-between" mt={4} c="dimmed">
          <Moment at={at} as="clock" />
          <Outcome outcome={outcome} />
        </Group>
      </>
    ),
  },
  { title: 'About', width: 'minmax(8rem, 1fr)', cell: ({ subject }) => <span title={subject ?? ''}>{subject}</span> },
];

export function EventsPage() {
  const { event, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const [follows, setFollows] = useState(true);
  const [isAway, setAway] = useState(false);
  const isHeld = !follows || isAway;
  const scroller = useRef<HTMLDivElement>(null);
  useCatchUp(isHeld);
  return (
    <Page title={filter.subject ? `Events of ${filter.subject}` : 'Events'} actions={<Download filter={filter} />}>
      <Filters
        filter={filter}
        change={change => navigate({ search: present => ({ ...present, ...change }), replace: true })}
      />
      <Group justify="space-between" mih={36}>
        <Switch
          label="Follow: show what happens as it happens"
          checked={follows}
          onChange={({ currentTarget }) => setFollows(currentTarget.checked)}
        />
        {isHeld && (
          <News
            filter={filter}
            onShow={() => {
              setFollows(true);
              scroller.current?.scrollTo({ top: 0 });
            }}
          />
        )}
      </Group>
      <Rows
        operation={operations.event.list}
        query={filter}
        columns={columns}
        label="Events"
        keyOf={({ id }: Event) => String(id)}
        empty={<Text>{Object.keys(filter).length === 0 ? 'Nothing has happened yet.' : 'No event is like that.'}</Text>}
        around={280}
        narrowHeight={88}
        following={{ isHeld, onAway: setAway, scroller }}
      />
      <EventDetails
        id={event}
        onClose={() => navigate({ search: present => ({ ...present, event: undefined }), resetScroll: false })}
      />
    </Page>
  );
}

const formats = [
  { format: 'csv', label: 'CSV, for spreadsheets' },
  { format: 'jsonl', label: 'JSON lines, with all details' },
] as const;

/** All events that the filter finds, as a file. */
function Download({ filter }: { filter: EventFilter }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">Download</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ format, label }) => (
          <Menu.Item
            key={format}
            component="a"
            href={pathOf(operations.event.export, {}, { ...filter, format })}
            download={`events.${format}`}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Has a list that was held still read again once it is let go. */
function useCatchUp(isHeld: boolean): void {
  const client = useQueryClient();
  const wasHeld = useRef(false);
  useEffect(() => {
    if (wasHeld.current && !isHeld) client.invalidateQueries({ queryKey: ['events'] });
    wasHeld.current = isHeld;
  }, [client, isHeld]);
}

/** While the list is held still: how many events have come that it does not show. */
function News({ filter, onShow }: { filter: EventFilter; onShow: () => void }) {
  const count = useNews(filter);
  return (
    <Group gap="xs" role="status">
      {count === 0 ? (
        <Text size="sm" c="dimmed">
          The list stands still. Nothing new.
        </Text>
      ) : (
        <Button size="xs" variant="light" onClick={onShow}>
          Show {count > mostNews ? `more than ${mostNews}` : count} new
        </Button>
      )}
    </Group>
  );
}
