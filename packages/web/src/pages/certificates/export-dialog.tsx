import { type Certificate, type CertificateExport, type KeystoreType, operations } from '@certfleet/contract';
import { Checkbox, PasswordInput, Select, Text } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { FormDialog } from '../../parts/dialog.js';
import { saveFile } from '../../parts/save-file.js';

const { certificate: ops } = operations;

const forms: { value: KeystoreType; label: string }[] = [
  { value: 'pem', label: 'PEM: text, for nearly everything' },
  { value: 'pkcs12', label: 'PKCS#12 (PFX): Windows, Java, appliances' },
  { value: 'pkcs12-legacy', label: 'PKCS#12 as it was: Windows before Server 2019, Java before 8u301' },
  { value: 'jks', label: 'JKS: old Java' },
];

const endings: Record<KeystoreType, string> = { pem: 'pem', pkcs12: 'pfx', 'pkcs12-legacy': 'pfx', jks: 'jks' };

interface ExportDialogProps {
  certificate: Certificate;
  version: number;
  onClose: () => void;
}

/** Saves a version as a file, with or without its key, in any form. */
export function ExportDialog({ certificate: { name, keystore }, version, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<KeystoreType>(keystore?.type ?? 'pem');
  const [password, setPassword] = useState('');
  const [isPlain, setPlain] = useState(false);
  const save = (file: CertificateExport) => {
    const content = file.keystore
      ? Uint8Array.from(atob(file.keystore), letter => letter.charCodeAt(0))
      : [file.privateKey ?? '', file.certificate, file.chain].join('');
    saveFile(`${name}-${file.version}.${endings[file.format]}`, content);
    return 'The file was given to the browser.';
  };
  const withoutKey = useCall(ops.export, { onReply: save, onDone: onClose });
  const withKey = useCall(ops.exportKey, { onReply: save, onDone: onClose });
  const isPending = withoutKey.isPending || withKey.isPending;
  const params = { name };
  const isEncrypted = password !== '' || (keystore?.hasPassword === true && !isPlain);
  const form = { version, format, ...(password === '' ? {} : { password }) };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    withKey.reset();
    withoutKey.mutate({ params, body: form });
  };
  return (
    <FormDialog
      title={`Export version ${version} of ${name}`}
      size="lg"
      verb="Save without key"
      submit={submit}
      onClose={onClose}
      isPending={isPending}
      error={withoutKey.error ?? withKey.error}
      other={
        <ActionButton
          operation={ops.exportKey}
          variant="default"
          loading={isPending}
          // Elsewhere than in PEM the server asks for a password, at its field.
          refusal={
            format === 'pem' && !isEncrypted && !isPlain
              ? 'Type a password for the key, or choose to leave it unencrypted.'
              : null
          }
          onClick={() => {
            withoutKey.reset();
            withKey.mutate({ params, body: { ...form, plain: isPlain && format === 'pem' && password === '' } });
          }}
        >
          Save with private key
        </ActionButton>
      }
    >
      <Select
        label="Form"
        allowDeselect={false}
        data={forms}
        value={format}
        onChange={value => setFormat(forms.find(one => one.value === value)?.value ?? 'pem')}
      />
      <PasswordInput
        label="Password of the file"
        description={
          keystore?.hasPassword
            ? 'Left empty: the one that is kept with the certificate.'
            : 'PKCS#12 and JKS need one; in PEM it encrypts the key.'
        }
        autoComplete="new-password"
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
      {format === 'pem' && (
        <Checkbox
          label="Leave the private key unencrypted"
          checked={isPlain}
          disabled={password !== ''}
          onChange={event => setPlain(event.currentTarget.checked)}
        />
      )}
      <Text size="sm">Whoever has the private key can be taken for your server. That it was exported is an event.</Text>
    </FormDialog>
  );
}
