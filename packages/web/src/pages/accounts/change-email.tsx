import { type Account, operations } from '@certfleet/contract';
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';

interface ChangeEmailProps {
  account: Account;
  opened: boolean;
  onClose: () => void;
}

export function ChangeEmail({ account, opened, onClose }: ChangeEmailProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`E-mail of ${account.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <EmailForm account={account} onClose={onClose} />}
    </Modal>
  );
}

function EmailForm({ account: { name, email }, onClose }: Omit<ChangeEmailProps, 'opened'>) {
  const { form, submit, error, isPending } = useOperationForm({
    operation: operations.account.change,
    initial: { email: email ?? '' },
    input: values => ({ params: { name }, body: { email: values.email.trim() || null } }),
    onDone: changed => {
      tellDone(`The e-mail of ${name} is now ${changed.email ?? 'empty'}, here and at the CA.`);
      onClose();
    },
  });
  return (
    <Stack component="form" onSubmit={submit}>
      <TextInput
        label="E-mail"
        description="The CA is told as well. Empty: none."
        inputMode="email"
        autoComplete="email"
        data-autofocus
        {...form.getInputProps('email')}
      />
      {error && <ProblemAlert error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" loading={isPending}>
          Change
        </Button>
      </Group>
    </Stack>
  );
}
