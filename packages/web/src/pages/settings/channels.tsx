import { type Channel, operations } from '@certfleet/contract';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ActionButton } from '../../parts/action.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { SendTest } from './send-test.js';

/** Whom Certfleet tells what happens. */
export function ChannelsPage() {
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(read(operations.channel.list, { query: { limit: 1000 } }));
  return (
    <Page
      title="Channels"
      actions={
        <ActionButton operation={operations.channel.create} onClick={() => navigate({ to: '/settings/channels/new' })}>
          Create a channel
        </ActionButton>
      }
    >
      {error && <ProblemAlert error={error} retry={refetch} />}
      {!data && !error && <Loading what="channels" />}
      {data && (
        <Few
          label="Channels"
          rows={data.items}
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
            { title: 'Type', cell: ({ type }) => type },
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
