import { type Channel, operations } from '@certfleet/contract';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { Go, GoButton } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read, readAll } from '../../query.js';
import { SendTest } from './send-test.js';

/** So often are channels read again, in milliseconds: what they deliver is no event. */
export const deliveredAgain = 30_000;

/** Whom Certfleet tells what happens. */
export function ChannelsPage() {
  const { data: plugins } = useQuery(read(operations.plugin.list, { query: { kind: 'channel' } }));
  const titles = new Map(plugins?.items.map(({ type, title }) => [type, title]));
  const { data, error, refetch } = useQuery({
    ...readAll<Channel>(operations.channel.list, {}),
    refetchInterval: deliveredAgain,
  });
  return (
    <Page
      title="Channels"
      actions={
        <GoButton to="/settings/channels/-/new" operation={operations.channel.create}>
          Create a channel
        </GoButton>
      }
    >
      {error && <ProblemAlert error={error} retry={refetch} />}
      {!data && !error && <Loading what="channels" />}
      {data && (
        <Few
          label="Channels"
          rows={data}
          keyOf={({ id }: Channel) => id}
          columns={[
            {
              title: 'Name',
              cell: ({ name }) => (
                <Go to="/settings/channels/$name" params={{ name }}>
                  {name}
                </Go>
              ),
            },
            { title: 'Type', cell: ({ type }) => titles.get(type) ?? type },
            { title: 'State', cell: channel => <ChannelState channel={channel} /> },
            {
              title: 'Last taken',
              cell: ({ lastSentAt }) => (lastSentAt === null ? 'never' : <Moment at={lastSentAt} as="distance" />),
            },
            { title: 'Waiting', isNumber: true, cell: ({ waiting }) => waiting },
            { title: 'Test', cell: ({ name }) => <SendTest name={name} /> },
          ]}
          empty="Nobody is told when a renewal fails. Create a channel: e-mail, a chat, a webhook, or a heartbeat for a monitor."
        />
      )}
    </Page>
  );
}

/** Whether it delivers, with what the other side said when it does not. */
export function ChannelState({ channel: { enabled, lastError, lastSentAt } }: { channel: Channel }) {
  if (!enabled) return <Mark standing="off">disabled</Mark>;
  if (lastError) {
    return (
      <Stack gap={2} align="flex-start">
        <Mark standing="bad">fails</Mark>
        <Text size="sm" className="breaks">
          {lastError.message} ({lastError.attempts} {lastError.attempts === 1 ? 'attempt' : 'attempts'}, the last{' '}
          <Moment at={lastError.at} as="distance" />)
        </Text>
      </Stack>
    );
  }
  return lastSentAt === null ? <Mark standing="off">not used yet</Mark> : <Mark standing="good">works</Mark>;
}
