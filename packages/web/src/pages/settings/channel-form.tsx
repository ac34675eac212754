import { type Channel, type NoticeKind, operations, type Plugin } from '@certfleet/contract';
import { Checkbox, NumberInput, Select, Stack, Switch, TagsInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { tellDone } from '../../parts/done.js';
import { OperationForm } from '../../parts/form.js';
import { NewName } from '../../parts/new-name.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { configOf, fieldsOf, initialConfig } from '../../parts/schema-form/fields.js';
import { SchemaForm } from '../../parts/schema-form/schema-form.js';
import { noticeKinds, severities } from './notices.js';

const everyKind = Object.keys(noticeKinds) as NoticeKind[];

/** A heartbeat tells of nothing: it is a sign of life. */
const tells = (type: string) => type !== 'heartbeat';

/** The fields of a new channel of a type. */
export function NewChannel({ plugin }: { plugin: Plugin }) {
  const navigate = useNavigate();
  const fields = fieldsOf(plugin.config);
  const { form, ...state } = useOperationForm({
    operation: operations.channel.create,
    initial: { name: '', config: initialConfig(fields), ...usual },
    input: ({ name, config, ...settings }) => ({
      body: {
        name,
        type: plugin.type,
        config: configOf(fields, config),
        ...(tells(plugin.type) ? settings : { enabled: settings.enabled }),
      },
    }),
    onDone: ({ name }) => {
      tellDone(`The channel ${name} was created.`);
      return navigate({ to: '/settings/channels/$name', params: { name } });
    },
  });
  return (
    <OperationForm verb="Create" {...state}>
      <NewName {...form.getInputProps('name')} />
      <SchemaForm fields={fields} form={form} />
      {tells(plugin.type) && <What form={form} />}
    </OperationForm>
  );
}

interface ChangeChannelProps {
  channel: Channel;
  plugin: Plugin;
  onChanged: () => void;
}

/** The fields of a channel that there is. */
export function ChangeChannel({ channel, plugin, onChanged }: ChangeChannelProps) {
  const fields = fieldsOf(plugin.config);
  const { enabled, kinds, severity, labels, accountHolders, collectSeconds } = channel;
  const { form, ...state } = useOperationForm({
    operation: operations.channel.change,
    initial: {
      config: initialConfig(fields, channel.config),
      ...{ enabled, kinds, severity, labels, accountHolders, collectSeconds },
    },
    input: ({ config, ...settings }) => ({
      params: { name: channel.name },
      body: {
        config: configOf(fields, config, { isChange: true }),
        ...(tells(channel.type) ? settings : { enabled: settings.enabled }),
      },
    }),
    onDone: changed => {
      tellDone(`The channel ${channel.name} was changed.`);
      // A secret that was typed is stored now, and not shown any more.
      form.setFieldValue('config', initialConfig(fields, changed.config));
      onChanged();
    },
  });
  return (
    <OperationForm verb="Save" {...state}>
      <Switch
        label="Enabled"
        description="What happens while it is disabled is never told by it, and what waits is forgotten."
        {...form.getInputProps('enabled', { type: 'checkbox' })}
      />
      <SchemaForm fields={fields} form={form} stored={channel.config} />
      {tells(channel.type) && <What form={form} />}
    </OperationForm>
  );
}

const usual = {
  enabled: true,
  kinds: everyKind,
  severity: 'info' as Channel['severity'],
  labels: [] as string[],
  accountHolders: false,
  collectSeconds: 120,
};

interface WhatForm {
  // biome-ignore lint/suspicious/noExplicitAny: as Mantine has it; each input takes what it knows
  getInputProps(path: string, options?: { type?: 'input' | 'checkbox' }): any;
}

/** What the channel tells of, and when. */
function What({ form }: { form: WhatForm }) {
  return (
    <>
      <Checkbox.Group label="What it tells" {...form.getInputProps('kinds')}>
        <Stack gap="xs" mt="xs">
          {everyKind.map(kind => (
            <Checkbox key={kind} value={kind} label={noticeKinds[kind]} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Select
        label="The least severe that it tells"
        data={Object.entries(severities).map(([value, label]) => ({ value, label }))}
        allowDeselect={false}
        {...form.getInputProps('severity')}
      />
      <TagsInput
        label="Only of certificates with these labels"
        description="key, or key=value; a certificate needs all of them. Empty: of every certificate."
        {...form.getInputProps('labels')}
      />
      <Switch
        label="Also mail to the account's address"
        description="To the e-mail address of the CA account that issued a certificate, what is told of it."
        {...form.getInputProps('accountHolders', { type: 'checkbox' })}
      />
      <NumberInput
        label="Collected for (seconds)"
        description="What happens within this time is told in one message."
        min={0}
        max={86_400}
        clampBehavior="none"
        {...form.getInputProps('collectSeconds')}
      />
    </>
  );
}
