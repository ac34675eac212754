import { operations, type RealServer } from '@certfleet/contract';
import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { PortInput } from '../../parts/port-input.js';
import { typedNumber } from '../../parts/typed-number.js';
import { place } from './words.js';

interface Values extends Record<string, unknown> {
  address: string;
  port: number | string;
  weight: number | string;
  connectionLimit: number | string;
  enabled: boolean;
}

interface AddProps {
  opened: boolean;
  onClose: () => void;
  /** Of the (sub) virtual service. */
  index: number;
}

export function AddRealServer(props: AddProps) {
  const { opened, onClose, index } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={`Add a real server to ${index}`}>
      {() => <AddForm {...props} />}
    </Dialog>
  );
}

function AddForm({ onClose, index }: AddProps) {
  const { form, ...state } = useOperationForm<typeof operations.virtualService.addRealServer, Values>({
    operation: operations.virtualService.addRealServer,
    initial: { address: '', port: 80, weight: 100, connectionLimit: 0, enabled: true },
    input: values => ({ params: { index }, body: serverOf(values) }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Add">
      <ServerFields form={form} />
    </DialogForm>
  );
}

interface ChangeProps extends AddProps {
  server: RealServer;
}

export function ChangeRealServer(props: ChangeProps) {
  const { opened, onClose, server } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={`Change the real server ${place(server)}`}>
      {() => <ChangeForm {...props} />}
    </Dialog>
  );
}

function ChangeForm({ onClose, index, server }: ChangeProps) {
  const { address, port, weight, connectionLimit, enabled } = server;
  const { form, ...state } = useOperationForm<typeof operations.virtualService.changeRealServer, Values>({
    operation: operations.virtualService.changeRealServer,
    initial: { address, port, weight, connectionLimit, enabled },
    input: values => ({ params: { index, realServer: server.index }, body: serverOf(values) }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Change">
      <ServerFields form={form} />
    </DialogForm>
  );
}

function serverOf({ address, port, weight, connectionLimit, enabled }: Values) {
  return {
    ...{ address, enabled },
    port: typedNumber(port),
    weight: typedNumber(weight),
    connectionLimit: typedNumber(connectionLimit),
  };
}

function ServerFields({ form }: { form: UseFormReturnType<Values> }) {
  return (
    <>
      <TextInput
        label="Address"
        description="An IP address. (Real Server Address)"
        placeholder="10.0.0.5"
        required
        data-autofocus
        {...form.getInputProps('address')}
      />
      <PortInput required {...form.getInputProps('port')} />
      <NumberInput
        label="Weight"
        description="Its share beside the weights of the others. 0: it drains, nobody new is sent there."
        min={0}
        max={65_535}
        allowDecimal={false}
        {...form.getInputProps('weight')}
      />
      <NumberInput
        label="Connection limit"
        description="The most at once; 0: as many as come."
        min={0}
        max={1_000_000}
        allowDecimal={false}
        {...form.getInputProps('connectionLimit')}
      />
      <Checkbox label="Enabled" {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </>
  );
}
