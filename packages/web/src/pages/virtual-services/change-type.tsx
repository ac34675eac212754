import { operations, type VirtualService, type VirtualServiceType } from '@certfleet/contract';
import { Alert, Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { typeRefusal } from './dependents.js';
import { titleOf, types } from './words.js';

interface ChangeTypeProps {
  opened: boolean;
  onClose: () => void;
  service: VirtualService;
}

/** HTTP, HTTPS or redirect, and where it listens. */
export function ChangeType(props: ChangeTypeProps) {
  const { opened, onClose, service } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={`Type and address of ${titleOf(service)}`}>
      {() => <TypeForm {...props} />}
    </Dialog>
  );
}

function TypeForm({ onClose, service }: ChangeTypeProps) {
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.virtualService.change,
    initial: {
      type: service.type as VirtualServiceType,
      address: service.address,
      port: service.port as number | string,
      redirectPort: (service.redirectPort ?? 443) as number | string,
      http2: service.http2 ?? true,
    },
    input: ({ type, address, port, redirectPort, http2 }) => ({
      params: { index: service.index },
      body: {
        ...{ type, address, port: Number(port) },
        ...(type === 'redirect' && { redirectPort: Number(redirectPort) }),
        ...(type === 'https' && { http2 }),
      },
    }),
    onDone: changed => {
      tellDone(`${titleOf(changed)} is changed: ${types[changed.type]}.`);
      onClose();
    },
  });
  const { type } = form.getValues();
  const refusal = typeRefusal(service, type);
  return (
    <DialogForm onSubmit={submit} onClose={onClose} isPending={isPending} error={error} verb="Change">
      <Select
        label="Type"
        description="On a LoadMaster: SSL Acceleration, or an Error Code with https://%h%s for a redirect."
        allowDeselect={false}
        data={Object.entries(types).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('type')}
      />
      {refusal && <Alert color="yellow">{refusal}</Alert>}
      <TextInput label="Address" required {...form.getInputProps('address')} />
      <NumberInput label="Port" required min={1} max={65_535} allowDecimal={false} {...form.getInputProps('port')} />
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
    </DialogForm>
  );
}
