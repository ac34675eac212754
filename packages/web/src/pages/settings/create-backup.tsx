import { type CertificateSelection, operations } from '@certfleet/contract';
import { Button, Group, PasswordInput, Radio, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { collected } from '../../api.js';
import { Form } from '../../parts/form.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { saveFile } from '../../parts/save-file.js';
import { read } from '../../query.js';
import { selections } from './backup-words.js';

const kinds = [
  {
    value: 'base',
    label: 'Base',
    description:
      'Accounts with their keys, policies, solvers, targets, domains, channels, users, tokens, settings, and the virtual services.',
  },
  {
    value: 'certificates',
    label: 'Certificates',
    description: 'The current version of each with its key, those that were revoked, and what they are assigned to.',
  },
] as const;

/** Makes a backup and lets the browser save it. */
export function CreateBackup() {
  const { data: settings } = useQuery(read(operations.backup.show, {}));
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.backup.create,
    initial: {
      kind: 'base' as 'base' | 'certificates',
      certificates: 'full' as CertificateSelection,
      passPhrase: '',
      again: '',
    },
    input: ({ kind, certificates, passPhrase }) => ({
      body: { kind, certificates, ...(passPhrase === '' ? {} : { passPhrase }) },
    }),
    onReply: async (chunks, _, { kind, certificates }) => {
      const what = kind === 'base' ? kind : `${kind}-${certificates}`;
      const name = `certfleet-${what}-${new Date().toISOString().slice(0, 10)}.backup`;
      const file = await collected(chunks);
      saveFile(name, file);
      return `${name} has ${Math.ceil(file.size / 1000)} kB.`;
    },
  });
  const { kind, passPhrase, again } = form.values;
  const otherwise =
    kind === 'certificates'
      ? 'Certificates need one: 7 to 64 characters.'
      : `7 to 64 characters. Left empty, it is sealed under the ${settings?.sealedBy === 'pass-phrase' ? 'usual pass phrase' : 'master key, which another instance does not have'}.`;
  return (
    <Section
      title="Make a backup"
      about="The file is sealed: without its pass phrase nobody can read it, and nobody can give it back to you."
    >
      <Form
        isSheet
        onSubmit={event => {
          if (passPhrase === again) return submit(event);
          event.preventDefault();
          form.setFieldError('again', 'Not the same as above.');
        }}
      >
        <Radio.Group label="What" {...form.getInputProps('kind')}>
          <Stack gap="xs" mt="xs">
            {kinds.map(({ value, ...words }) => (
              <Radio key={value} value={value} {...words} />
            ))}
          </Stack>
        </Radio.Group>
        {kind === 'certificates' && (
          <Select
            label="Which certificates"
            data={selections}
            allowDeselect={false}
            {...form.getInputProps('certificates')}
          />
        )}
        <PasswordInput
          label="Pass phrase"
          description={otherwise}
          required={kind === 'certificates'}
          autoComplete="new-password"
          {...form.getInputProps('passPhrase')}
        />
        <PasswordInput
          label="Pass phrase, once more"
          required={kind === 'certificates'}
          autoComplete="new-password"
          {...form.getInputProps('again')}
        />
        {error && <ProblemAlert error={error} />}
        <Group>
          <Button type="submit" loading={isPending}>
            Make and download it
          </Button>
        </Group>
      </Form>
    </Section>
  );
}
