import { operations, type VirtualServiceType } from '@certfleet/contract';
import { Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { PortInput } from '../../parts/port-input.js';
import { typedNumber } from '../../parts/typed-number.js';
import { TypeFields, TypeSelect, typeOf } from './type-fields.js';
import { titleOf } from './words.js';

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

interface CreateServiceProps {
  opened: boolean;
  onClose: () => void;
  /** What it is made for is elsewhere: the page stays. Left out: its own page is opened. */
  stays?: boolean;
}

export function CreateService({ opened, onClose, stays = false }: CreateServiceProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Create a virtual service">
      {() => <CreateForm onClose={onClose} stays={stays} />}
    </Dialog>
  );
}

function CreateForm({ onClose, stays }: Omit<CreateServiceProps, 'opened'>) {
  const navigate = useNavigate();
  const { form, ...state } = useOperationForm({
    operation: operations.virtualService.create,
    initial,
    input: ({ name, address, port, serverAddress, serverPort, ...values }) => ({
      body: {
        ...typeOf(values),
        name: name === '' ? null : name,
        address,
        port: typedNumber(port),
        ...(values.type !== 'redirect' &&
          serverAddress !== '' && { realServers: [{ address: serverAddress, port: typedNumber(serverPort) }] }),
      },
    }),
    fieldOf: path => ({ 'realServers.0.address': 'serverAddress', 'realServers.0.port': 'serverPort' })[path] ?? path,
    onDone: service => {
      tellDone(`${titleOf(service)} serves now.`);
      onClose();
      return stays ? undefined : navigate({ to: '/virtual-services/$id', params: { id: String(service.index) } });
    },
  });
  const { type, serverAddress } = form.getValues();
  return (
    <DialogForm {...state} onClose={onClose} verb="Create">
      <TypeSelect
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
      <PortInput required {...form.getInputProps('port')} />
      <TextInput
        label="Name"
        description="For people; may stay empty. (Service Nickname)"
        {...form.getInputProps('name')}
      />
      <TypeFields form={form} />
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
        <PortInput label="First real server: port" {...form.getInputProps('serverPort')} />
      )}
    </DialogForm>
  );
}
