import { Badge, Tooltip } from '@mantine/core';
import { useConnection } from '../live/live-context.js';

const looks = {
  connecting: { color: 'gray', text: 'connecting', help: 'The page connects to the server.' },
  live: { color: 'teal', text: 'live', help: 'What changes is shown as it happens.' },
} as const;

/** Whether the page is told what happens. When it is not, it says since when: what is shown is of then. */
export function ConnectionNote() {
  const connection = useConnection();
  const { color, text, help } =
    connection.state === 'lost'
      ? {
          color: 'red',
          text: `not connected since ${new Date(connection.since).toLocaleTimeString()}`,
          help: 'What is shown may be old. The page tries again by itself.',
        }
      : looks[connection.state];
  return (
    <Tooltip label={help}>
      <Badge color={color} variant="light" tt="none" role="status">
        {text}
      </Badge>
    </Tooltip>
  );
}
