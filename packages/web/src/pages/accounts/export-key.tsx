import { type Account, operations } from '@certfleet/contract';
import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api } from '../../api.js';
import { tellDone } from '../../parts/done.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { saveFile } from '../../parts/save-file.js';

interface ExportKeyProps {
  account: Account;
  opened: boolean;
  onClose: () => void;
}

/** Gives out an account's key as a file. */
export function ExportKey({ account, opened, onClose }: ExportKeyProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Export the key of ${account.name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <ExportForm account={account} onClose={onClose} />}
    </Modal>
  );
}

function ExportForm({ account: { name, accountUrl }, onClose }: Omit<ExportKeyProps, 'opened'>) {
  const [passPhrase, setPassPhrase] = useState('');
  // The key goes into the file and nowhere else: what a mutation returns would be kept.
  const exporting = useMutation({
    gcTime: 0,
    mutationFn: async () => {
      const body = passPhrase === '' ? {} : { passPhrase };
      const { privateKey } = await api.call(operations.account.export, { params: { name }, body });
      saveFile(`${name}.key`, privateKey, 'application/x-pem-file');
    },
    onSuccess: () => {
      tellDone(`The key of ${name} is saved as ${name}.key.`);
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    exporting.mutate();
  };
  return (
    <Stack component="form" onSubmit={submit}>
      <Text size="sm">
        Whoever has this file can use the account {accountUrl} as you can: obtain certificates for names that it has
        proven, revoke what it obtained, and deactivate it. The export is an event that everyone sees. Keep the file as
        you keep passwords.
      </Text>
      <PasswordInput
        label="Pass phrase"
        description="What the file is encrypted under. Empty: it is not encrypted."
        autoComplete="new-password"
        data-autofocus
        value={passPhrase}
        onChange={event => setPassPhrase(event.currentTarget.value)}
      />
      {exporting.error && <ProblemAlert error={exporting.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" color="red" loading={exporting.isPending}>
          Export and save
        </Button>
      </Group>
    </Stack>
  );
}
