import { operations, type VirtualService } from '@certfleet/contract';
import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { ActionItem } from '../../parts/action-item.js';
import { Confirm } from '../../parts/confirm.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { ChangeType } from './change-type.js';
import { ConvertService } from './convert-service.js';
import { DeleteService } from './delete-service.js';
import { ServiceSettings } from './service-settings.js';
import { place, titleOf } from './words.js';

type Open = 'disable' | 'settings' | 'type' | 'convert' | 'delete' | null;

/** What can be done with a virtual service as a whole. */
export function ServiceActions({ service }: { service: VirtualService }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const change = useCall(operations.virtualService.change);
  const { index, enabled, type, realServers } = service;
  return (
    <>
      <ActionButton
        operation={operations.virtualService.change}
        variant="default"
        loading={change.isPending}
        onClick={() => {
          if (enabled) setOpen('disable');
          else change.mutate({ params: { index }, body: { enabled: true } });
        }}
      >
        {enabled ? 'Disable' : 'Enable'}
      </ActionButton>
      <ActionButton operation={operations.virtualService.change} variant="default" onClick={() => setOpen('settings')}>
        Change settings
      </ActionButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default">More</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ActionItem operation={operations.virtualService.change} onClick={() => setOpen('type')}>
            Change type: HTTP, HTTPS, redirect
          </ActionItem>
          <ActionItem
            operation={operations.virtualService.convert}
            refusal={convertRefusal(type, realServers.length)}
            onClick={() => setOpen('convert')}
          >
            Move its real servers into a sub virtual service
          </ActionItem>
          <Menu.Divider />
          <ActionItem operation={operations.virtualService.delete} hurts onClick={() => setOpen('delete')}>
            Delete
          </ActionItem>
        </Menu.Dropdown>
      </Menu>
      {change.error && <ProblemAlert error={change.error} />}
      <Confirm
        opened={open === 'disable'}
        onClose={close}
        title={`Disable ${titleOf(service)}?`}
        verb="Disable"
        operation={operations.virtualService.change}
        input={{ params: { index }, body: { enabled: false } }}
      >
        HAProxy stops listening at {place(service)}: clients are refused there until someone enables it again. Orders
        that prove names by it fail meanwhile.
      </Confirm>
      <ServiceSettings opened={open === 'settings'} onClose={close} pool={service} service={service} />
      <ChangeType opened={open === 'type'} onClose={close} service={service} />
      <ConvertService opened={open === 'convert'} onClose={close} service={service} />
      <DeleteService opened={open === 'delete'} onClose={close} service={service} />
    </>
  );
}

function convertRefusal(type: VirtualService['type'], servers: number): string | null {
  if (type === 'redirect') return 'A redirect service has no real servers.';
  return servers === 0 ? 'It has no real servers of its own that could move.' : null;
}
