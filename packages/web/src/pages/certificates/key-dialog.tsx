import { operations } from '@certfleet/contract';
import { PasswordInput, Text } from '@mantine/core';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { FormDialog } from '../../parts/dialog.js';
import { FileField } from '../../parts/file-field.js';
import { useOperationForm } from '../../parts/operation-form.js';

/** Brings a private key along, for which the certificate is issued from now on. */
export function KeyDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const tellAskedFor = useTellAskedFor();
  const { form, ...state } = useOperationForm({
    operation: operations.certificate.importKey,
    initial: { file: '', passPhrase: '' },
    input: ({ file, passPhrase }) => ({
      params: { name },
      body: { file, ...(passPhrase === '' ? {} : { passPhrase }) },
    }),
    onDone: () => {
      tellAskedFor('The key was taken, and a version for it was asked for.');
      onClose();
    },
  });
  const isReady = form.getValues().file !== '';
  return (
    <FormDialog title={`Bring a key along for ${name}`} verb="Take it" isReady={isReady} onClose={onClose} {...state}>
      <Text size="sm">
        The certificate is issued for this key at once, and each time that it is renewed. What is served stays until
        then.
      </Text>
      <FileField
        kind="certificateKey"
        label="Private key"
        description="PEM (PKCS#8, PKCS#1, SEC1), PFX or JKS"
        {...form.getInputProps('file')}
      />
      <PasswordInput
        label="Its pass phrase"
        description="Left empty: it has none."
        autoComplete="off"
        {...form.getInputProps('passPhrase')}
      />
    </FormDialog>
  );
}
