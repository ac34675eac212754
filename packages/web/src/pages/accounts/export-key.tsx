import { type Account, operations } from '@certfleet/contract';
import { PasswordInput, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api } from '../../api.js';
import { FormDialog } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { saveFile } from '../../parts/save-file.js';

/** Gives out an account's key as a file. */
export function ExportKey({ account: { name, accountUrl }, onClose }: { account: Account; onClose: () => void }) {
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
    <FormDialog
      title={`Export the key of ${name}?`}
      verb="Export and save"
      isGrave
      onClose={onClose}
      {...exporting}
      submit={submit}
    >
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
    </FormDialog>
  );
}
