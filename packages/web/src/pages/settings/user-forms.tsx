import { operations, type Role, type User } from '@certfleet/contract';
import { PasswordInput, Text, TextInput } from '@mantine/core';
import { FormDialog } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { useSession } from '../../session/session.js';
import { RoleSelect } from './role-select.js';

export function CreateUser({ onClose }: { onClose: () => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.user.create,
    initial: { name: '', role: 'viewer' as Role, password: '' },
    input: body => ({ body }),
    onDone: ({ name }) => {
      tellDone(`${name} can sign in now.`);
      onClose();
    },
  });
  return (
    <FormDialog title="Create a user" verb="Create" onClose={onClose} {...state}>
      <TextInput label="Name" required data-autofocus autoComplete="off" {...form.getInputProps('name')} />
      <RoleSelect {...form.getInputProps('role')} />
      <PasswordInput
        label="Password"
        description="At least 12 characters. Tell it to them, and let them choose another under Settings, Your password."
        required
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
    </FormDialog>
  );
}

export function ChangeUser({ user, onClose }: { user: User; onClose: () => void }) {
  const session = useSession();
  const { form, ...state } = useOperationForm({
    operation: operations.user.change,
    initial: { role: user.role, password: '' },
    input: ({ role, password }) => ({
      params: { name: user.name },
      body: { role, ...(password === '' ? {} : { password }) },
    }),
    onDone: () => {
      tellDone(`${user.name} was changed.`);
      onClose();
    },
  });
  const isOwn = user.name === session.name;
  return (
    <FormDialog title={`Change ${user.name}`} verb="Change" onClose={onClose} {...state}>
      {isOwn && <Text size="sm">This is you: another role holds from your next step on.</Text>}
      <RoleSelect {...form.getInputProps('role')} />
      {!isOwn && (
        <PasswordInput
          label="New password"
          description="Left empty, it stays as it is. A new one ends all of their sessions."
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
      )}
    </FormDialog>
  );
}
