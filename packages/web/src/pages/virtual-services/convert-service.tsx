import { operations, type VirtualService } from '@certfleet/contract';
import { Text, TextInput } from '@mantine/core';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { titleOf } from './words.js';

interface ConvertServiceProps {
  opened: boolean;
  onClose: () => void;
  service: VirtualService;
}

/** Moves a virtual service's own real servers into a sub virtual service, without a request that finds none. */
export function ConvertService(props: ConvertServiceProps) {
  const { opened, onClose, service } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={`Move the real servers of ${titleOf(service)}`}>
      {() => <ConvertForm {...props} />}
    </Dialog>
  );
}

function ConvertForm({ onClose, service: { index } }: ConvertServiceProps) {
  const { form, ...state } = useOperationForm({
    operation: operations.virtualService.convert,
    initial: { name: '' },
    input: ({ name }) => ({ params: { index }, body: { name: name === '' ? null : name } }),
    onDone: service => {
      const sub = service.subVirtualServices.at(-1);
      tellDone(`Its real servers are in sub virtual service ${sub?.index} now.`);
      onClose();
    },
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Move them">
      <Text size="sm">
        The new sub virtual service takes what no other one takes (rule “default”). Requests go on to the same servers
        meanwhile. What clients were remembered for by their address, or by the application's cookie, begins anew.
      </Text>
      <TextInput
        label="Name of the sub virtual service"
        description="For people; may stay empty."
        data-autofocus
        {...form.getInputProps('name')}
      />
    </DialogForm>
  );
}
