import { operations, type VirtualService, type VirtualServiceType } from '@certfleet/contract';
import { Alert, TextInput } from '@mantine/core';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { PortInput } from '../../parts/port-input.js';
import { typedNumber } from '../../parts/typed-number.js';
import { AllCertificates } from './all-certificates.js';
import { told, typeRefusal } from './dependents.js';
import { TypeFields, TypeSelect, typeOf } from './type-fields.js';
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
  const { form, ...state } = useOperationForm({
    operation: operations.virtualService.change,
    initial: {
      type: service.type as VirtualServiceType,
      address: service.address,
      port: service.port as number | string,
      redirectPort: (service.redirectPort ?? 443) as number | string,
      http2: service.http2 ?? true,
    },
    input: ({ address, port, ...values }) => ({
      params: { index: service.index },
      body: { address, port: typedNumber(port), ...typeOf(values) },
    }),
    onDone: changed => {
      tellDone(`${titleOf(changed)} is changed: ${types[changed.type]}.`);
      onClose();
    },
  });
  const refusal = typeRefusal(service, form.getValues().type);
  return (
    <DialogForm {...state} onClose={onClose} verb="Change">
      <TypeSelect {...form.getInputProps('type')} />
      {refusal && (
        <Alert color="yellow">
          {refusal} {service.certificates.length > told && <AllCertificates service={service} />}
        </Alert>
      )}
      <TextInput label="Address" required {...form.getInputProps('address')} />
      <PortInput required {...form.getInputProps('port')} />
      <TypeFields form={form} />
    </DialogForm>
  );
}
