import { type LoadMasterSettings, operations } from '@certfleet/contract';
import { NumberInput, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CodeBlock } from '../../parts/code-block.js';
import { tellDone } from '../../parts/done.js';
import { OperationForm } from '../../parts/form.js';
import { Go } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page, Section } from '../../parts/page.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';

/** LoadMaster's API, for clients that know no other. */
export function LoadMasterPage() {
  const settings = useQuery(read(operations.loadmaster.show, {}));
  return (
    <Shown of={settings} what="the settings of LoadMaster's API" title="LoadMaster API">
      {data => <LoadMaster settings={data} />}
    </Shown>
  );
}

function LoadMaster({ settings }: { settings: LoadMasterSettings }) {
  return (
    <Page
      title="LoadMaster API"
      badge={settings.enabled ? <Mark standing="good">on</Mark> : <Mark standing="off">off</Mark>}
    >
      <SettingsForm settings={settings} />
      <Section
        title="Keys"
        about="A key stands for its user: it may do what they may do, and ends with them. It is made through that API itself, and shown once."
      >
        <CodeBlock text={`curl -k -u NAME ${window.location.origin}/access/addapikey`} what="how a key is made" />
        <Text size="sm">
          Keys are listed, and deleted, with the{' '}
          <Go to="/settings/tokens" underline="always">
            API tokens
          </Go>
          , which are taken in the same place.
        </Text>
      </Section>
      <Section title="Log files" about="There are two, messages and audit, for administrators.">
        <CodeBlock
          text={['messages', 'audit']
            .map(log => `curl -k -u NAME -o ${log}.log '${window.location.origin}/access/logging/savelogs?fsel=${log}'`)
            .join('\n')}
          what="how the log files are fetched"
        />
        <Text size="sm">
          The audit log is also under{' '}
          <Go to="/events" underline="always">
            Events
          </Go>
          : each use that changes something is one.
        </Text>
      </Section>
    </Page>
  );
}

function SettingsForm({ settings }: { settings: LoadMasterSettings }) {
  const { form, ...state } = useOperationForm({
    operation: operations.loadmaster.change,
    initial: {
      enabled: settings.enabled,
      directoryUrl: settings.directoryUrl,
      caCertificate: settings.caCertificate ?? '',
      renewPeriod: (settings.renewPeriod ?? '') as number | '',
    },
    input: ({ enabled, directoryUrl, caCertificate, renewPeriod }) => ({
      body: {
        ...{ enabled, directoryUrl },
        caCertificate: caCertificate.trim() === '' ? null : caCertificate,
        renewPeriod: renewPeriod === '' ? null : renewPeriod,
      },
    }),
    onDone: ({ enabled }) => tellDone(`LoadMaster's API is ${enabled ? 'on' : 'off'}.`),
  });
  return (
    <OperationForm verb="Save" {...state}>
      <Switch
        label="Serve LoadMaster's API"
        description="At /access in XML, and at /accessv2 in JSON. Off, both answer 404 to everyone."
        {...form.getInputProps('enabled', { type: 'checkbox' })}
      />
      <TextInput
        label="ACME directory"
        description="Of the next account that is registered through it; accounts that exist stay where they are."
        type="url"
        {...form.getInputProps('directoryUrl')}
      />
      <Textarea
        label="Root of the directory's HTTPS certificate"
        description="PEM, if it is that of a private CA."
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        {...form.getInputProps('caCertificate')}
      />
      <NumberInput
        label="Renew period (days)"
        description="Before a certificate ends, 1 to 60; never more than half of its life. Empty: when the CA says."
        clampBehavior="none"
        {...form.getInputProps('renewPeriod')}
      />
    </OperationForm>
  );
}
