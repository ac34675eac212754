import { type Account, operations } from '@certfleet/contract';
import { PasswordInput, Text } from '@mantine/core';
import { FileField } from '../../parts/file-field.js';
import { OperationForm } from '../../parts/form.js';
import { NewName } from '../../parts/new-name.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { CaInput, caFields, initialCa } from './ca-input.js';

/** Uses an account that another client has registered: the CA finds it by its key, and changes nothing. */
export function LinkForm({ onDone }: { onDone: (account: Account) => unknown }) {
  const { form, ...state } = useOperationForm({
    operation: operations.account.link,
    initial: { ...initialCa, name: '', file: '', passPhrase: '' },
    input: ({ name, file, passPhrase, ...ca }) => ({
      body: { name: name.trim(), ...caFields(ca), file, ...(passPhrase === '' ? {} : { passPhrase }) },
    }),
    onDone,
  });
  const values = form.getValues();
  return (
    <OperationForm verb="Link" isReady={caFields(values).directoryUrl !== ''} {...state}>
      <Text size="sm">
        The account goes on as it is, with its limits and its external account binding. The other client can go on using
        it as well, until its key is replaced here.
      </Text>
      <CaInput form={form} isOther={values.ca === ''} />
      <NewName {...form.getInputProps('name')} />
      <FileField
        kind="accountKey"
        label="File with the account's key"
        description="certbot: private_key.json. acme.sh: account.key. lego: <e-mail>.key. dehydrated: account_key.pem. Others: PEM or a JWK."
        required
        {...form.getInputProps('file')}
      />
      <PasswordInput
        label="Pass phrase"
        description="If the file is encrypted."
        autoComplete="new-password"
        {...form.getInputProps('passPhrase')}
      />
    </OperationForm>
  );
}
