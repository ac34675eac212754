import { operations, type Plugin } from '@certfleet/contract';
import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Facts } from '../../parts/facts.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { ChangeChannel, NewChannel } from './channel-form.js';
import { ChannelState } from './channels.js';
import { SendTest } from './send-test.js';

const types = read(operations.plugin.list, { query: { kind: 'channel' } });

export function NewChannelPage() {
  const { data, error, refetch } = useQuery(types);
  const [type, setType] = useState<string | null>('smtp');
  const plugin = data?.items.find(one => one.type === type);
  return (
    <Page title="Create a channel">
      {error && <ProblemAlert error={error} retry={refetch} />}
      {!data && !error && <Loading what="types of channels" />}
      {data && (
        <Stack>
          <Select
            label="Type"
            data={data.items.map(({ type: value, title }) => ({ value, label: title }))}
            allowDeselect={false}
            maw={360}
            value={type}
            onChange={setType}
          />
          {plugin && <Tested plugin={plugin} />}
          {plugin && <NewChannel key={plugin.type} plugin={plugin} />}
        </Stack>
      )}
    </Page>
  );
}

/** What it was tried with, plainly: nobody should believe more. */
function Tested({ plugin: { neverRunAgainst } }: { plugin: Plugin }) {
  if (neverRunAgainst === null) return null;
  return (
    <Text size="sm" c="dimmed">
      {neverRunAgainst}
    </Text>
  );
}

const route = getRouteApi('/inside/settings/channels/$name');

export function ChannelPage() {
  const { name } = route.useParams();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const channel = useQuery(read(operations.channel.show, { params: { name } }));
  const plugins = useQuery(types);
  const error = channel.error ?? plugins.error;
  if (error) return <ProblemAlert error={error} retry={channel.refetch} />;
  if (!channel.data || !plugins.data) return <Loading what={name} />;
  const { type, waiting, lastSentAt } = channel.data;
  const plugin = plugins.data.items.find(one => one.type === type);
  return (
    <Page
      title={name}
      actions={
        <ActionButton
          operation={operations.channel.delete}
          color="red"
          variant="light"
          onClick={() => setDeleting(true)}
        >
          Delete
        </ActionButton>
      }
    >
      <Facts
        label="About the channel"
        facts={[
          ['Type', plugin?.title ?? type],
          ['State', <ChannelState key="state" channel={channel.data} />],
          ['Last taken', lastSentAt === null ? 'never' : <Moment key="sent" at={lastSentAt} />],
          ['Waiting', `${waiting} notices`],
        ]}
      />
      <SendTest name={name} />
      {plugin && <ChangeChannel key={JSON.stringify(channel.data.config)} channel={channel.data} plugin={plugin} />}
      <Confirm
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete the channel ${name}?`}
        verb="Delete"
        operation={operations.channel.delete}
        input={{ params: { name } }}
        onDone={() => {
          tellDone(`The channel ${name} was deleted.`);
          return navigate({ to: '/settings/channels' });
        }}
      >
        {waiting === 0
          ? 'Nothing waits to be told by it.'
          : `${waiting} notices that it has not told yet are forgotten with it.`}
      </Confirm>
    </Page>
  );
}
