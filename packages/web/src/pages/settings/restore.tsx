import { operations, type Restoration } from '@certfleet/contract';
import {
  Alert,
  Button,
  FileInput,
  Group,
  List,
  PasswordInput,
  Progress,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { Form } from '../../parts/form.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { ResumeButton } from '../../parts/resume-button.js';
import { type RestoreChoice, replacements, restoredInWords, selections } from './backup-words.js';
import { readHealth } from './health.js';

/** What somebody types before anything is replaced. */
const wordToType = 'restore';

const choices = Object.entries(replacements).map(([value, { label }]) => ({ value, label }));

/** Restores a backup: says first what it replaces, then how far it is, then what came of it. */
export function Restore() {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [choice, setChoice] = useState<RestoreChoice>('base,vs');
  const [selection, setSelection] = useState<string>('full');
  const [passPhrase, setPassPhrase] = useState('');
  const [typed, setTyped] = useState('');
  const restore = useCall(operations.backup.restore, {
    onDone: () => {
      setFile(null);
      setTyped('');
      setPassPhrase('');
      // Whatever the pages have read is of before.
      return client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'backup' });
    },
  });
  const isReady = file !== null && typed.trim() === wordToType;
  return (
    <Section title="Restore a backup">
      {restore.data && <Done restoration={restore.data} />}
      <Form
        isSheet
        onSubmit={event => {
          event.preventDefault();
          if (file !== null && isReady) restore.mutate(inputOf(file, choice, selection, passPhrase));
        }}
      >
        <FileInput label="File" placeholder="Choose a file" required clearable value={file} onChange={setFile} />
        <Select
          label="What is restored"
          data={choices}
          allowDeselect={false}
          value={choice}
          onChange={value => setChoice((value ?? 'base,vs') as RestoreChoice)}
        />
        {choice === 'certificates' && (
          <Select
            label="Which certificates"
            data={selections}
            allowDeselect={false}
            value={selection}
            onChange={value => setSelection(value ?? 'full')}
          />
        )}
        <PasswordInput
          label="Pass phrase of the file"
          description="Left empty: the usual one of this instance, or its master key."
          autoComplete="off"
          value={passPhrase}
          onChange={event => setPassPhrase(event.currentTarget.value)}
        />
        <Alert color="yellow" title="What is replaced here">
          <List size="sm">
            {replacements[choice].replaces.map(text => (
              <List.Item key={text}>{text}</List.Item>
            ))}
            <List.Item>
              Then Certfleet is paused: it serves what was restored, and neither issues, renews nor deploys until
              someone resumes it.
            </List.Item>
          </List>
        </Alert>
        <TextInput
          label={`Type ${wordToType} to go on`}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
        />
        {restore.isPending && <UnderWay />}
        {restore.error && <ProblemAlert error={restore.error} />}
        <Group>
          <Button type="submit" color="red" disabled={!isReady} loading={restore.isPending}>
            Restore it
          </Button>
        </Group>
      </Form>
    </Section>
  );
}

function inputOf(file: File, choice: RestoreChoice, selection: string, passPhrase: string) {
  return {
    query: choice === 'certificates' ? { certificates: selection as 'full' } : { parts: choice },
    headers: passPhrase === '' ? {} : { 'certfleet-pass-phrase': base64url(passPhrase) },
    upload: chunksOf(file),
  };
}

async function* chunksOf(file: File): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

/** UTF-8 in base64url, as headers take it. */
function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** How far it is, as /healthz tells: nothing else is answered meanwhile. */
function UnderWay() {
  const { data } = useQuery(readHealth({ every: 1_000 }));
  return (
    <Stack gap="xs" role="status">
      <Text size="sm">
        {data?.store === 'restoring'
          ? 'It is being restored. Until it is done nothing else is answered, and nobody can sign in.'
          : 'The file is on its way, and looked at.'}
      </Text>
      <div aria-hidden>
        <Progress value={100} animated />
      </div>
    </Stack>
  );
}

function Done({ restoration }: { restoration: Restoration }) {
  const { leftOut, paused } = restoration;
  return (
    <Alert color={leftOut.length > 0 ? 'yellow' : 'teal'} title="The backup was restored" role="status">
      <Text size="sm">Restored: {restoredInWords(restoration)}.</Text>
      {leftOut.length > 0 && (
        <>
          <Text size="sm" mt="xs">
            What could not be restored as it was:
          </Text>
          <List size="sm">
            {leftOut.map(text => (
              <List.Item key={text} className="breaks">
                {text}
              </List.Item>
            ))}
          </List>
        </>
      )}
      {paused && (
        <Stack gap="xs" mt="xs" align="flex-start">
          <Text size="sm">
            Certfleet is paused. Restore certificates too, if they are in another file; resume when the instance that
            the backup was made of no longer works.
          </Text>
          <ResumeButton />
        </Stack>
      )}
    </Alert>
  );
}
