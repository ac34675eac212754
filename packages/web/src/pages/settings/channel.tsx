import { type Channel, operations, type Plugin } from '@certfleet/contract';
import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { DeleteButton } from '../../parts/delete-button.js';
import { Facts } from '../../parts/facts.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { both, Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { ChangeChannel, NewChannel } from './channel-form.js';
import { ChannelState, deliveredAgain } from './channels.js';
import { SendTest } from './send-test.js';

const types = read(operations.plugin.list, { query: { kind: 'channel' } });

export function NewChannelPage() {
  return (
    <Page title="Create a channel">
      <Shown of={useQuery(types)} what="types of channels">
        {({ items }) => <ChooseType plugins={items} />}
      </Shown>
    </Page>
  );
}

function ChooseType({ plugins }: { plugins: readonly Plugin[] }) {
  const [type, setType] = useState<string | null>('smtp');
  const plugin = plugins.find(one => one.type === type);
  return (
    <Stack>
      <Stack className="sheet fields">
        <Select
          label="Type"
          data={plugins.map(({ type: value, title }) => ({ value, label: title }))}
          allowDeselect={false}
          value={type}
          onChange={setType}
        />
        {plugin && <Tested plugin={plugin} />}
      </Stack>
      {plugin && <NewChannel key={plugin.type} plugin={plugin} />}
    </Stack>
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
  const channel = useQuery({
    ...read(operations.channel.show, { params: { name } }),
    refetchInterval: deliveredAgain,
  });
  const readings = both(channel, useQuery(types));
  return (
    <Shown of={readings} what={name} title={name}>
      {([channel, { items }]) => <OneChannel channel={channel} plugins={items} />}
    </Shown>
  );
}

function OneChannel({ channel, plugins }: { channel: Channel; plugins: readonly Plugin[] }) {
  const navigate = useNavigate();
  const [changes, setChanges] = useState(0);
  const { name, type, waiting, lastSentAt } = channel;
  const plugin = plugins.find(one => one.type === type);
  return (
    <Page
      title={name}
      actions={
        <DeleteButton
          what={`the channel ${name}`}
          nameToType={name}
          operation={operations.channel.delete}
          input={{ params: { name } }}
          onDone={() => navigate({ to: '/settings/channels' })}
        >
          {waiting === 0
            ? 'Nothing waits to be told by it.'
            : waiting === 1
              ? 'One notice that it has not told yet is forgotten with it.'
              : `${waiting} notices that it has not told yet are forgotten with it.`}
        </DeleteButton>
      }
    >
      <Facts
        label="About the channel"
        facts={[
          ['Type', plugin?.title ?? type],
          ['State', <ChannelState key="state" channel={channel} />],
          ['Last taken', lastSentAt === null ? 'never' : <Moment key="sent" at={lastSentAt} />],
          ['Waiting', waiting === 1 ? 'one notice' : `${waiting} notices`],
        ]}
      />
      <SendTest name={name} changes={changes} />
      {plugin && <ChangeChannel channel={channel} plugin={plugin} onChanged={() => setChanges(changes + 1)} />}
    </Page>
  );
}
