import { type Account, operations } from '@certfleet/contract';
import { Button, FileInput, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { useRefusal } from '../../session/session.js';
import { CaInput, caFields, initialCa } from './ca-input.js';

/** Uses an account that another client has registered: the CA finds it by its key, and changes nothing. */
export function LinkForm({ onDone }: { onDone: (account: Account) => unknown }) {
  const refusal = useRefusal(operations.account.link);
  const [file, setFile] = useState<File | null>(null);
  const { form, submit, error, isPending } = useOperationForm({
    operation: operations.account.link,
    initial: { ...initialCa, name: '', file: '', passPhrase: '' },
    input: ({ name, file, passPhrase, ...ca }) => ({
      body: { name: name.trim(), ...caFields(ca), file, ...(passPhrase === '' ? {} : { passPhrase }) },
    }),
    onDone,
  });
  const take = async (chosen: File | null) => {
    setFile(chosen);
    form.setFieldValue('file', chosen === null ? '' : await base64Of(chosen));
  };
  const { value: _, onChange: __, ...fileInput } = form.getInputProps('file');
  return (
    <Stack component="form" onSubmit={submit}>
      <Text size="sm">
        The account goes on as it is, with its limits and its external account binding. The other client can go on using
        it as well, until its key is replaced here.
      </Text>
      <CaInput form={form} isOther={form.getValues().ca === ''} />
      <TextInput
        label="Name"
        description="What to call the account here: letters, digits and . _ @ -"
        required
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('name')}
      />
      <FileInput
        label="File with the account's key"
        description="certbot: private_key.json. acme.sh: account.key. lego: <e-mail>.key. dehydrated: account_key.pem. Others: PEM or a JWK."
        placeholder="Choose a file"
        styles={{ placeholder: { color: 'var(--mantine-color-dimmed)' } }}
        required
        clearable
        clearButtonProps={{ 'aria-label': 'Take another file' }}
        {...fileInput}
        value={file}
        onChange={take}
      />
      <PasswordInput
        label="Pass phrase"
        description="If the file is encrypted."
        autoComplete="new-password"
        {...form.getInputProps('passPhrase')}
      />
      {refusal && <Text size="sm">{refusal}</Text>}
      {error && <ProblemAlert error={error} />}
      <Group>
        <Button type="submit" loading={isPending} disabled={refusal !== null}>
          Link
        </Button>
      </Group>
    </Stack>
  );
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}
