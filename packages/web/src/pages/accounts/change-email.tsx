import { type Account, operations } from '@certfleet/contract';
import { TextInput } from '@mantine/core';
import { FormDialog } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';

export function ChangeEmail({ account: { name, email }, onClose }: { account: Account; onClose: () => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.account.change,
    initial: { email: email ?? '' },
    input: values => ({ params: { name }, body: { email: values.email.trim() || null } }),
    onDone: changed => {
      tellDone(`The e-mail of ${name} is now ${changed.email ?? 'empty'}, here and at the CA.`);
      onClose();
    },
  });
  return (
    <FormDialog title={`E-mail of ${name}`} verb="Change" onClose={onClose} {...state}>
      <TextInput
        label="E-mail"
        description="The CA is told as well. Empty: none."
        inputMode="email"
        autoComplete="email"
        data-autofocus
        {...form.getInputProps('email')}
      />
    </FormDialog>
  );
}
