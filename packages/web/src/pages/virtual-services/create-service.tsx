import { operations, type VirtualServiceType } from '@certfleet/contract';
import { Checkbox, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { titleOf, types } from './words.js';

const initial = {
  type: 'https' as VirtualServiceType,
  name: '',
  address: '',
  port: 443 as number | string,
  redirectPort: 443 as number | string,
  http2: true,
  serverAddress: '',
  serverPort: 80 as number | string,
};

const usualPorts: Record<VirtualServiceType, number> = { http: 80, https: 443, redirect: 80 };

export function CreateService({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Create a virtual service">
      {() => <CreateForm onClose={onClose} />}
    </Dialog>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.virtualService.create,
    initial,
    input: ({ type, name, address, port, redirectPort, http2, serverAddress, serverPort }) => ({
      body: {
        type,
        name: name === '' ? null : name,
        address,
        port: Number(port),
        ...(type === 'redirect' && { redirectPort: Number(redirectPort) }),
        ...(type === 'https' && { http2 }),
        ...(type !== 'redirect' &&
          serverAddress !== '' && { realServers: [{ address: serverAddress, port: Number(serverPort) }] }),
      },
    }),
    fieldOf: path => ({ 'realServers.0.address': 'serverAddress', 'realServers.0.port': 'serverPort' })[path] ?? path,
    onDone: service => {
      tellDone(`${titleOf(service)} serves now.`);
      onClose();
      return navigate({ to: '/virtual-services/$id', params: { id: String(service.index) } });
    },
  });
  const { type, serverAddress } = form.getValues();
  return (
    <DialogForm onSubmit={submit} onClose={onClose} isPending={isPending} error={error} verb="Create">
      <Select
        label="Type"
        description="On a LoadMaster: HTTPS is SSL Acceleration, a redirect an Error Code with https://%h%s."
        allowDeselect={false}
        data={Object.entries(types).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('type')}
        onChange={value => {
          const type = value as VirtualServiceType;
          form.setValues({ type, port: usualPorts[type] });
        }}
      />
      <TextInput
        label="Address"
        description="Of this machine; 0.0.0.0 or :: are all of them. (Virtual Address)"
        placeholder="192.0.2.10"
        required
        data-autofocus
        {...form.getInputProps('address')}
      />
      <NumberInput label="Port" required min={1} max={65_535} allowDecimal={false} {...form.getInputProps('port')} />
      <TextInput
        label="Name"
        description="For people; may stay empty. (Service Nickname)"
        {...form.getInputProps('name')}
      />
      {type === 'redirect' && (
        <NumberInput
          label="Port of HTTPS"
          description="Requests are sent to the same host there."
          min={1}
          max={65_535}
          allowDecimal={false}
          {...form.getInputProps('redirectPort')}
        />
      )}
      {type === 'https' && (
        <Checkbox label="Offer HTTP/2 beside HTTP/1.1" {...form.getInputProps('http2', { type: 'checkbox' })} />
      )}
      {type === 'redirect' ? (
        <Text size="sm" c="dimmed">
          It answers every request by itself, and lets challenges through.
        </Text>
      ) : (
        <TextInput
          label="First real server: address"
          description="May stay empty: servers can be added later."
          {...form.getInputProps('serverAddress')}
        />
      )}
      {type !== 'redirect' && serverAddress !== '' && (
        <NumberInput
          label="First real server: port"
          min={1}
          max={65_535}
          allowDecimal={false}
          {...form.getInputProps('serverPort')}
        />
      )}
    </DialogForm>
  );
}
