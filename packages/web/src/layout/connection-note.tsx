import { Badge, Tooltip } from '@mantine/core';
import { useConnection } from '../live/live-context.js';
import { isSameDay, type Times, useTimes } from '../parts/times.js';

const looks = {
  connecting: { color: 'gray', text: 'connecting', help: 'The page connects to the server.' },
  live: { color: 'teal', text: 'live', help: 'What changes is shown as it happens.' },
} as const;

/** Whether the page is told what happens. When it is not, it says since when: what is shown is of then. */
export function ConnectionNote() {
  const connection = useConnection();
  const times = useTimes();
  const { color, text, help } =
    connection.state === 'lost'
      ? {
          color: 'red',
          text: `not connected since ${sinceWhen(times, connection.since)}`,
          help: 'What is shown may be old. The page tries again by itself.',
        }
      : looks[connection.state];
  return (
    <Tooltip label={help}>
      <Badge
        color={color}
        variant="light"
        tt="none"
        role="status"
        flex={connection.state === 'lost' ? undefined : 'none'}
      >
        {text}
      </Badge>
    </Tooltip>
  );
}

/** A tab may be left open over night: then it says the day too. */
function sinceWhen(times: Times, moment: number): string {
  return (isSameDay(times, moment, Date.now()) ? times.today : times.full).format(moment);
}
