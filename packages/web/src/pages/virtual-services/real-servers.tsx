import { operations, type RealServer, type RealServerStatistics } from '@certfleet/contract';
import { Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { ActionItem } from '../../parts/action-item.js';
import { Confirm } from '../../parts/confirm.js';
import { Few } from '../../parts/few.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { bytesInShort, inShort } from './history.js';
import type { Pool } from './pool-form.js';
import { AddRealServer, ChangeRealServer } from './real-server-form.js';
import { ServerMark } from './states.js';
import { place } from './words.js';

interface RealServersProps {
  pool: Pick<Pool, 'index' | 'realServers'>;
  /** Undefined: not read yet. */
  statistics: readonly RealServerStatistics[] | undefined;
}

/** The real servers of a (sub) virtual service. */
export function RealServers({ pool, statistics }: RealServersProps) {
  const [isAdding, setAdding] = useState(false);
  const of = (server: RealServer) => statistics?.find(({ index }) => index === server.index);
  return (
    <Stack gap="xs">
      <Few
        label={`Real servers of ${pool.index}`}
        rows={pool.realServers}
        columns={[
          { title: 'Real server', cell: server => place(server) },
          {
            title: 'Status',
            cell: server => (
              <Group gap="xs">
                <ServerMark server={server} state={of(server)?.state} />
                <Text size="sm" c="dimmed">
                  {of(server)?.lastCheck}
                </Text>
              </Group>
            ),
          },
          { title: 'Weight', cell: ({ weight }) => weight, isNumber: true },
          {
            title: 'Limit',
            cell: ({ connectionLimit }) => (connectionLimit === 0 ? 'none' : connectionLimit),
            isNumber: true,
          },
          { title: 'Open', cell: server => inShort(of(server)?.traffic.currentSessions ?? 0), isNumber: true },
          { title: 'Requests', cell: server => inShort(of(server)?.traffic.sessions ?? 0), isNumber: true },
          { title: 'Sent', cell: server => bytesInShort(of(server)?.traffic.bytesOut ?? 0), isNumber: true },
          { title: 'Actions', cell: server => <ServerActions pool={pool} server={server} /> },
        ]}
        keyOf={({ index }) => String(index)}
        empty="It has no real server: requests are answered as when none is up."
      />
      <Group>
        <ActionButton
          operation={operations.virtualService.addRealServer}
          variant="default"
          size="xs"
          onClick={() => setAdding(true)}
        >
          Add a real server
        </ActionButton>
      </Group>
      <AddRealServer opened={isAdding} onClose={() => setAdding(false)} index={pool.index} />
    </Stack>
  );
}

function ServerActions({ pool: { index }, server }: Pick<RealServersProps, 'pool'> & { server: RealServer }) {
  const [open, setOpen] = useState<'change' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const change = useCall(operations.virtualService.changeRealServer);
  const params = { index, realServer: server.index };
  const isDraining = server.weight === 0;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-xs"
            loading={change.isPending}
            aria-label={`Actions of ${place(server)}`}
          >
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ActionItem
            operation={operations.virtualService.changeRealServer}
            onClick={() => change.mutate({ params, body: { enabled: !server.enabled } })}
          >
            {server.enabled ? 'Disable' : 'Enable'}
          </ActionItem>
          <ActionItem
            operation={operations.virtualService.changeRealServer}
            refusal={
              isDraining ? 'Its weight is 0 already: nobody new is sent there. Change the weight to end it.' : null
            }
            onClick={() => change.mutate({ params, body: { weight: 0 } })}
          >
            Drain: send nobody new there (weight 0)
          </ActionItem>
          <ActionItem operation={operations.virtualService.changeRealServer} onClick={() => setOpen('change')}>
            Change address, weight, limit
          </ActionItem>
          <Menu.Divider />
          <ActionItem operation={operations.virtualService.deleteRealServer} hurts onClick={() => setOpen('delete')}>
            Delete
          </ActionItem>
        </Menu.Dropdown>
      </Menu>
      {change.error && <ProblemAlert error={change.error} />}
      <ChangeRealServer opened={open === 'change'} onClose={close} index={index} server={server} />
      <Confirm
        opened={open === 'delete'}
        onClose={close}
        title={`Delete the real server ${place(server)}?`}
        verb="Delete"
        operation={operations.virtualService.deleteRealServer}
        input={{ params }}
      >
        <Text size="sm">
          Nobody new is sent there from now on; what is open may end. To let clients that are remembered go on, drain it
          first.
        </Text>
      </Confirm>
    </>
  );
}
