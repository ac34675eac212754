import { type Certificate, KeyOnRenewal, operations } from '@certfleet/contract';
import { Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { labelsOf, labelsText, namesOf, namesText } from './names.js';

const keys: Record<KeyOnRenewal, string> = {
  new: 'A new key for each version',
  same: 'The same key again',
  imported: 'The key that was brought along',
};

interface ChangeDialogProps {
  certificate: Certificate;
  onClose: () => void;
}

/** Changes what is certified, by what policy, and how it is found. Of an imported certificate only its labels. */
export function ChangeDialog({ certificate, onClose }: ChangeDialogProps) {
  const { name, source } = certificate;
  const isImported = source === 'imported';
  const { data: policies } = useQuery(read(operations.policy.list, { query: { limit: 1000 } }));
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.certificate.change,
    initial: {
      identifiers: namesText(certificate.identifiers),
      policy: certificate.policy,
      profile: certificate.profile ?? '',
      keyOnRenewal: certificate.keyOnRenewal as string | null,
      labels: labelsText(certificate.labels),
    },
    input: ({ identifiers, policy, profile, keyOnRenewal, labels }) => ({
      params: { name },
      body: {
        labels: labelsOf(labels),
        ...(isImported
          ? {}
          : {
              identifiers: namesOf(identifiers),
              ...(policy === null ? {} : { policy }),
              profile: profile.trim() === '' ? null : profile.trim(),
              keyOnRenewal: keyOnRenewal === null ? null : KeyOnRenewal.parse(keyOnRenewal),
            }),
      },
    }),
    // A fault in one of the names stands at all of them.
    fieldOf: path => path.split('.')[0] ?? path,
    onDone: ({ renewal }) => {
      tellDone(renewal?.reason === 'changed' ? 'It was changed, and is issued again.' : 'It was changed.');
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Change ${name}`} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack component="form" onSubmit={submit}>
        {!isImported && (
          <>
            <Text size="sm">
              When names, policy or profile change, it is issued again at once. What is served stays until then.
            </Text>
            <Textarea
              label="Names"
              description="One on a line; www.example.com=dns has that name proven by the solver dns."
              autosize
              minRows={3}
              maxRows={12}
              spellCheck={false}
              key={form.key('identifiers')}
              {...form.getInputProps('identifiers')}
            />
            <Select
              label="Policy"
              allowDeselect={false}
              searchable
              data={
                policies?.items.map(policy => policy.name) ?? (certificate.policy === null ? [] : [certificate.policy])
              }
              key={form.key('policy')}
              {...form.getInputProps('policy')}
            />
            <TextInput
              label="ACME profile"
              description="Left empty: the policy’s."
              key={form.key('profile')}
              {...form.getInputProps('profile')}
            />
            <Select
              label="Key of the next version"
              placeholder="The policy’s"
              clearable
              clearButtonProps={{ 'aria-label': 'The policy’s' }}
              data={KeyOnRenewal.options
                .filter(value => value !== 'imported' || certificate.keyOnRenewal === 'imported')
                .map(value => ({ value, label: keys[value] }))}
              key={form.key('keyOnRenewal')}
              {...form.getInputProps('keyOnRenewal')}
            />
          </>
        )}
        <Textarea
          label="Labels"
          description="key=value, one on a line."
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          key={form.key('labels')}
          {...form.getInputProps('labels')}
        />
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={isPending}>
            Change
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
