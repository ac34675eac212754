import { type NewToken, operations, type Role } from '@certfleet/contract';
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CodeBlock } from '../../parts/code-block.js';
import { Dialog, FormDialog } from '../../parts/dialog.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { RoleSelect } from './role-select.js';

const day = 86_400_000;

/** How long a token lives; in days, '' for ever. */
const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: '', label: 'until it is deleted' },
];

/** Asks for a token, then shows it, this once. */
export function CreateToken({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<NewToken | null>(null);
  if (made) return <Made token={made} onClose={onClose} />;
  return <Form onClose={onClose} onMade={setMade} />;
}

function Form({ onClose, onMade }: { onClose: () => void; onMade: (token: NewToken) => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.token.create,
    initial: { name: '', role: 'viewer' as Role, days: '90' },
    input: ({ name, role, days }) => ({
      body: {
        name,
        role,
        expiresAt: days === '' ? null : new Date(Date.now() + Number(days) * day).toISOString(),
      },
    }),
    fieldOf: path => (path === 'expiresAt' ? 'days' : path),
    onReply: ({ name }, isHere) =>
      isHere ? undefined : `The token ${name} was made, but was shown to nobody: delete it, and make another.`,
    onDone: onMade,
  });
  return (
    <FormDialog title="Create an API token" verb="Create" onClose={onClose} {...state}>
      <TextInput
        label="Name"
        description="What will use it, so that it can be told from others."
        required
        data-autofocus
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <RoleSelect {...form.getInputProps('role')} />
      <Select label="Valid for" data={lives} allowDeselect={false} {...form.getInputProps('days')} />
    </FormDialog>
  );
}

function Made({ token: { name, token }, onClose }: { token: NewToken; onClose: () => void }) {
  return (
    <Dialog opened onClose={onClose} title={`The token ${name}`} isKept>
      {() => (
        <Stack>
          <Text>It is shown this once: only its hash is kept. Copy it to where it will be used.</Text>
          <CodeBlock text={token} what="the API token" />
          <Text size="sm">
            Scripts send it as <code>Authorization: Bearer …</code>; the command line client takes it at{' '}
            <code>certfleet login</code>.
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>I have it</Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}
