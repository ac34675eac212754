import { type Channel, type NoticeKind, operations, type Plugin } from '@certfleet/contract';
import { Button, Checkbox, Group, NumberInput, Select, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { tellDone } from '../../parts/done.js';
import { Form } from '../../parts/form.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { configFieldOf, configOf, fieldsOf, initialConfig } from '../../parts/schema-form/fields.js';
import { SchemaForm } from '../../parts/schema-form/schema-form.js';
import { useRefusal } from '../../session/session.js';
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
    fieldOf: configFieldOf,
    onDone: ({ name }) => {
      tellDone(`The channel ${name} was created.`);
      return navigate({ to: '/settings/channels/$name', params: { name } });
    },
  });
  return (
    <Fields verb="Create" {...state}>
      <TextInput label="Name" required autoComplete="off" maw={360} {...form.getInputProps('name')} />
      <SchemaForm fields={fields} form={form} />
      {tells(plugin.type) && <What form={form} />}
    </Fields>
  );
}

/** The fields of a channel that there is. */
export function ChangeChannel({ channel, plugin }: { channel: Channel; plugin: Plugin }) {
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
    fieldOf: configFieldOf,
    onDone: () => tellDone(`The channel ${channel.name} was changed.`),
  });
  return (
    <Fields verb="Change" {...state}>
      <Switch
        label="Enabled"
        description="What happens while it is disabled is never told by it, and what waits is forgotten."
        {...form.getInputProps('enabled', { type: 'checkbox' })}
      />
      <SchemaForm fields={fields} form={form} stored={channel.config} />
      {tells(channel.type) && <What form={form} />}
    </Fields>
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

interface FieldsProps {
  verb: string;
  submit: (event: React.SyntheticEvent) => void;
  isPending: boolean;
  error: Error | null;
  children: ReactNode;
}

function Fields({ verb, submit, isPending, error, children }: FieldsProps) {
  const refusal = useRefusal(operations.channel.change);
  return (
    <Form onSubmit={submit} width={640}>
      <fieldset disabled={refusal !== null} className="plain">
        <Stack>{children}</Stack>
      </fieldset>
      {error && <ProblemAlert error={error} />}
      {refusal === null ? (
        <Group>
          <Button type="submit" loading={isPending}>
            {verb}
          </Button>
        </Group>
      ) : (
        <Text size="sm">{refusal}</Text>
      )}
    </Form>
  );
}

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
        maw={420}
        {...form.getInputProps('severity')}
      />
      <TagsInput
        label="Only of certificates with these labels"
        description="key, or key=value; a certificate needs all of them. Empty: of every certificate."
        maw={420}
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
        maw={260}
        clampBehavior="none"
        {...form.getInputProps('collectSeconds')}
      />
    </>
  );
}
