import { operations } from '@certfleet/contract';
import { Button, FileInput, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { useCall } from '../../call.js';
import { tellDone } from '../../parts/done.js';
import { ProblemAlert } from '../../parts/problem-alert.js';

/** Brings a private key along, for which the certificate is issued from now on. */
export function KeyDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [passPhrase, setPassPhrase] = useState('');
  const call = useCall(operations.certificate.importKey, {
    onDone: () => {
      tellDone('The key was taken; the certificate is issued for it.');
      onClose();
    },
  });
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!file) return;
    const content = btoa(String.fromCharCode(...new Uint8Array(await file.arrayBuffer())));
    call.mutate({ params: { name }, body: { file: content, ...(passPhrase === '' ? {} : { passPhrase }) } });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Bring a key along for ${name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack component="form" onSubmit={submit}>
        <Text size="sm">
          The certificate is issued for this key at once, and each time that it is renewed. What is served stays until
          then.
        </Text>
        <FileInput
          label="Private key"
          description="PEM (PKCS#8, PKCS#1, SEC1), PFX or JKS"
          placeholder="Choose a file"
          value={file}
          onChange={setFile}
        />
        <PasswordInput
          label="Its pass phrase"
          description="Left empty: it has none."
          autoComplete="off"
          value={passPhrase}
          onChange={event => setPassPhrase(event.currentTarget.value)}
        />
        {call.error && <ProblemAlert error={call.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" disabled={!file} loading={call.isPending}>
            Take it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
