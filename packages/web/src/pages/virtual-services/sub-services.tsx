import {
  defaultRule,
  operations,
  type SubVirtualService,
  type SubVirtualServiceStatistics,
  type VirtualService,
} from '@certfleet/contract';
import { Card, Checkbox, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { Facts } from '../../parts/facts.js';
import { NamePicker } from '../../parts/name-picker.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { AttachedRules } from './attached-rules.js';
import { inShort } from './history.js';
import { RealServers } from './real-servers.js';
import { ServiceSettings } from './service-settings.js';
import { StateMark } from './states.js';
import { healthCheckInWords, persistenceInWords, schedulings, titleOf, unavailableInWords } from './words.js';

interface SubServicesProps {
  service: VirtualService;
  /** Undefined: not read yet. */
  statistics: readonly SubVirtualServiceStatistics[] | undefined;
}

/** The parts of a virtual service, which share its requests out by content rules. */
export function SubServices({ service, statistics }: SubServicesProps) {
  const [isAdding, setAdding] = useState(false);
  const hasOwn = service.realServers.length > 0 && service.subVirtualServices.length === 0;
  return (
    <Section
      title="Sub virtual services"
      about="They share its requests out by content rules. (SubVSs)"
      actions={
        <ActionButton
          operation={operations.virtualService.addSub}
          variant="default"
          size="xs"
          onClick={() => setAdding(true)}
        >
          Add a sub virtual service
        </ActionButton>
      }
    >
      {service.subVirtualServices.length === 0 && (
        <Text>
          It has none.
          {hasOwn && ' Before you add one, move its real servers into one (More), so that no request finds none.'}
        </Text>
      )}
      {service.subVirtualServices.map(sub => (
        <SubService
          key={sub.index}
          service={service}
          sub={sub}
          statistics={statistics?.find(({ index }) => index === sub.index)}
        />
      ))}
      <Dialog
        opened={isAdding}
        onClose={() => setAdding(false)}
        title={`Add a sub virtual service to ${titleOf(service)}`}
      >
        {() => <AddForm service={service} onClose={() => setAdding(false)} />}
      </Dialog>
    </Section>
  );
}

function SubService({
  service,
  sub,
  statistics,
}: {
  service: VirtualService;
  sub: SubVirtualService;
  statistics: SubVirtualServiceStatistics | undefined;
}) {
  return (
    <Card withBorder id={`sub-${sub.index}`} component="article" aria-label={titleOf(sub, 'Sub virtual service')}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="sm" miw={0}>
            <Title order={3} size="h5" className="breaks">
              {titleOf(sub, 'Sub virtual service')}
            </Title>
            <StateMark state={statistics?.state} />
          </Group>
          <SubActions service={service} sub={sub} />
        </Group>
        <AttachedRules sub={sub} />
        <Facts
          label={`About ${titleOf(sub, 'Sub virtual service')}`}
          facts={[
            ['Scheduling', schedulings[sub.scheduling]],
            ['Persistence', persistenceInWords(sub.persistence)],
            ['Health check', healthCheckInWords(sub.healthCheck)],
            ['Minimum up', String(sub.minimumServers)],
            ['Unavailable', unavailableInWords(sub.unavailable, 'sub')],
            statistics ? ['Traffic', `${inShort(statistics.traffic.sessions)} requests passed on`] : null,
          ]}
        />
        <RealServers pool={sub} statistics={statistics?.realServers} />
      </Stack>
    </Card>
  );
}

function SubActions({ service, sub }: { service: VirtualService; sub: SubVirtualService }) {
  const [open, setOpen] = useState<'settings' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const change = useCall(operations.virtualService.change);
  const { index, enabled } = sub;
  const title = titleOf(sub, 'Sub virtual service');
  return (
    <Group gap="xs">
      <ActionButton
        operation={operations.virtualService.change}
        variant="default"
        size="xs"
        loading={change.isPending}
        onClick={() => change.mutate({ params: { index }, body: { enabled: !enabled } })}
      >
        {enabled ? 'Disable' : 'Enable'}
      </ActionButton>
      <ActionButton
        operation={operations.virtualService.change}
        variant="default"
        size="xs"
        onClick={() => setOpen('settings')}
      >
        Change settings
      </ActionButton>
      <ActionButton
        operation={operations.virtualService.deleteSub}
        variant="default"
        size="xs"
        onClick={() => setOpen('delete')}
      >
        Delete
      </ActionButton>
      {change.error && <ProblemAlert error={change.error} />}
      <ServiceSettings opened={open === 'settings'} onClose={close} pool={sub} service={service} />
      <Confirm
        opened={open === 'delete'}
        onClose={close}
        title={`Delete ${title}?`}
        verb="Delete"
        operation={operations.virtualService.deleteSub}
        input={{ params: { index: service.index, subIndex: index } }}
        nameToType={sub.name ?? String(index)}
      >
        <Text size="sm">
          {lostWith(sub)}What its content rules took goes to the others, or is answered as when no real server is up;
          the rules themselves stay.
        </Text>
      </Confirm>
    </Group>
  );
}

function lostWith({ realServers: { length } }: SubVirtualService): string {
  if (length === 0) return '';
  return length === 1 ? 'Its real server goes with it. ' : `Its ${length} real servers go with it. `;
}

function AddForm({ service: { index }, onClose }: { service: VirtualService; onClose: () => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.virtualService.addSub,
    initial: { name: '', rule: '', enabled: true },
    input: ({ name, rule, enabled }) => ({
      params: { index },
      body: { name: name === '' ? null : name, enabled, contentRules: rule === '' ? [] : [rule] },
    }),
    fieldOf: path => (path.startsWith('contentRules') ? 'rule' : path),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Add">
      <TextInput
        label="Name"
        description="For people; may stay empty."
        data-autofocus
        {...form.getInputProps('name')}
      />
      <NamePicker
        label="Content rule"
        description="Which requests it takes. Without one: what no other one takes."
        clearable
        clearButtonProps={{ 'aria-label': 'No content rule' }}
        operation={operations.contentRule.list}
        besides={[defaultRule]}
        value={form.getValues().rule || null}
        onChange={rule => form.setFieldValue('rule', rule ?? '')}
        error={form.errors.rule}
      />
      <Checkbox label="Enabled" {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </DialogForm>
  );
}
