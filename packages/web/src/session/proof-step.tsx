import { operations } from '@certfleet/contract';
import { Button, Group, NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Form } from '../parts/form.js';
import { Loading } from '../parts/loading.js';
import { useOperationForm } from '../parts/operation-form.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { configFieldOf, configOf, fieldsOf, initialConfig } from '../parts/schema-form/fields.js';
import { SchemaForm } from '../parts/schema-form/schema-form.js';
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
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.virtualService.create,
    initial: { address: '', port: 80 as number | string, redirectPort: 443 as number | string },
    input: ({ address, port, redirectPort }) => ({
      body: { type: 'redirect' as const, address, port: Number(port), redirectPort: Number(redirectPort) },
    }),
    onDone,
  });
  return (
    <Form onSubmit={submit}>
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
      <NumberInput label="Port" required allowDecimal={false} clampBehavior="none" {...form.getInputProps('port')} />
      <NumberInput
        label="Port of HTTPS"
        allowDecimal={false}
        clampBehavior="none"
        {...form.getInputProps('redirectPort')}
      />
      {error && <ProblemAlert error={error} />}
      <Group>
        <Button type="submit" loading={isPending}>
          Create the virtual service
        </Button>
      </Group>
    </Form>
  );
}

function DnsForm({ onDone }: { onDone: () => void }) {
  const { data, error } = useQuery(read(operations.plugin.list, { query: { kind: 'solver' } }));
  const [type, setType] = useState<string | null>(null);
  if (error) return <ProblemAlert error={error} />;
  if (!data) return <Loading what="the providers" />;
  const providers = data.items.filter(
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
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.solver.create,
    initial: { name: type, config: initialConfig(fields) },
    input: values => ({ body: { name: values.name, type, config: configOf(fields, values.config) } }),
    fieldOf: configFieldOf,
    onDone,
  });
  return (
    <Form onSubmit={submit}>
      <TextInput label="Name" required autoComplete="off" {...form.getInputProps('name')} />
      <SchemaForm fields={fields} form={form} />
      {error && <ProblemAlert error={error} />}
      <Group>
        <Button type="submit" loading={isPending}>
          Create the DNS account
        </Button>
      </Group>
    </Form>
  );
}
