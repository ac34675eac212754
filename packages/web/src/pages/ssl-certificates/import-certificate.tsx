import { operations } from '@certfleet/contract';
import { PasswordInput, Text, TextInput } from '@mantine/core';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { FileField } from '../../parts/file-field.js';
import { useOperationForm } from '../../parts/operation-form.js';

interface ImportCertificateProps {
  opened: boolean;
  onClose: () => void;
  /** The certificate that gets its next version; null: a new one. */
  replaces: string | null;
}

/** Brings a certificate along with its key, or the next version of one that was brought along before. */
export function ImportCertificate(props: ImportCertificateProps) {
  const { opened, onClose, replaces } = props;
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      title={replaces === null ? 'Import a certificate' : `Replace the certificate ${replaces}`}
    >
      {() => <ImportForm {...props} />}
    </Dialog>
  );
}

function ImportForm({ onClose, replaces }: ImportCertificateProps) {
  const { form, ...state } = useOperationForm({
    operation: operations.certificate.import,
    initial: { name: replaces ?? '', file: '', passPhrase: '' },
    input: ({ name, file, passPhrase }) => ({
      body: { name, file, replace: replaces !== null, ...(passPhrase !== '' && { passPhrase }) },
    }),
    onDone: ({ name, version }) => {
      tellDone(`Version ${version?.number ?? 1} of ${name} was imported.`);
      onClose();
    },
  });
  return (
    <DialogForm {...state} onClose={onClose} verb={replaces === null ? 'Import' : 'Replace'}>
      {replaces === null ? (
        <TextInput label="Identifier" required data-autofocus {...form.getInputProps('name')} />
      ) : (
        <Text size="sm">The new version reaches every place that uses {replaces}, as a renewal does.</Text>
      )}
      <FileField
        kind="certificate"
        label="File"
        description="Certificate, private key and intermediates: PEM in any order, PFX or JKS."
        accept=".pem,.crt,.cer,.key,.pfx,.p12,.jks"
        required
        {...form.getInputProps('file')}
      />
      <PasswordInput
        label="Pass phrase"
        description="Of the key, the PFX or the JKS, if it has one."
        autoComplete="off"
        {...form.getInputProps('passPhrase')}
      />
    </DialogForm>
  );
}
