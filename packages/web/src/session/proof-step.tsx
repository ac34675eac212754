import { operations, type Plugin } from '@certfleet/contract';
import { SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { OperationForm } from '../parts/form.js';
import { NewName } from '../parts/new-name.js';
import { useOperationForm } from '../parts/operation-form.js';
import { PortInput } from '../parts/port-input.js';
import { configOf, fieldsOf, initialConfig } from '../parts/schema-form/fields.js';
import { SchemaForm } from '../parts/schema-form/schema-form.js';
import { Shown } from '../parts/shown.js';
import { typedNumber } from '../parts/typed-number.js';
import { read } from '../query.js';

/** How names are proven at first: by a virtual service, or by an account at whoever serves the zone. */
export function ProofStep({ onDone }: { onDone: () => void }) {
  const [way, setWay] = useState('service');
  return (
    <Stack>
      <SegmentedControl
        aria-label="How names are proven"
        value={way}
        onChange={setWay}
        data={[
          { value: 'service', label: 'A virtual service' },
          { value: 'dns', label: 'A DNS account' },
        ]}
      />
      {way === 'service' ? <ServiceForm onDone={onDone} /> : <DnsForm onDone={onDone} />}
    </Stack>
  );
}

function ServiceForm({ onDone }: { onDone: () => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.virtualService.create,
    initial: { address: '', port: 80 as number | string, redirectPort: 443 as number | string },
    input: ({ address, port, redirectPort }) => ({
      body: { type: 'redirect' as const, address, port: typedNumber(port), redirectPort: typedNumber(redirectPort) },
    }),
    onDone,
  });
  return (
    <OperationForm verb="Create the virtual service" {...state}>
      <Text size="sm">
        It listens where the authority asks, answers its questions by itself and sends everyone else to HTTPS. Services
        with real servers are made under Virtual services.
      </Text>
      <TextInput
        label="Address"
        description="Of this machine, to which your names point; 0.0.0.0 or :: are all of them."
        required
        placeholder="192.0.2.10"
        {...form.getInputProps('address')}
      />
      <PortInput required {...form.getInputProps('port')} />
      <PortInput label="Port of HTTPS" {...form.getInputProps('redirectPort')} />
    </OperationForm>
  );
}

function DnsForm({ onDone }: { onDone: () => void }) {
  const plugins = useQuery(read(operations.plugin.list, { query: { kind: 'solver' } }));
  return (
    <Shown of={plugins} what="the providers">
      {({ items }) => <Provider plugins={items} onDone={onDone} />}
    </Shown>
  );
}

function Provider({ plugins, onDone }: { plugins: readonly Plugin[]; onDone: () => void }) {
  const [type, setType] = useState<string | null>(null);
  const providers = plugins.filter(
    ({ challengeTypes, type: one }) => challengeTypes.includes('dns-01') && one !== 'manual',
  );
  const plugin = providers.find(one => one.type === type);
  return (
    <Stack>
      <Select
        label="Provider"
        placeholder="Who serves your zone"
        searchable
        data={providers.map(one => ({ value: one.type, label: one.title }))}
        value={type}
        onChange={setType}
      />
      {plugin && <ProviderForm key={plugin.type} type={plugin.type} config={plugin.config} onDone={onDone} />}
    </Stack>
  );
}

interface ProviderFormProps {
  type: string;
  config: Record<string, unknown>;
  onDone: () => void;
}

function ProviderForm({ type, config, onDone }: ProviderFormProps) {
  const fields = fieldsOf(config);
  const { form, ...state } = useOperationForm({
    operation: operations.solver.create,
    initial: { name: type, config: initialConfig(fields) },
    input: values => ({ body: { name: values.name, type, config: configOf(fields, values.config) } }),
    onDone,
  });
  return (
    <OperationForm verb="Create the DNS account" {...state}>
      <NewName {...form.getInputProps('name')} />
      <SchemaForm fields={fields} form={form} />
    </OperationForm>
  );
}
