import { type Certificate, KeyOnRenewal, operations, type Policy } from '@certfleet/contract';
import { Select, Text, Textarea } from '@mantine/core';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { FormDialog } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { NamePicker } from '../../parts/name-picker.js';
import { useNamed } from '../../parts/named.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProfileInput } from '../../parts/profile-input.js';
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
  const tellAskedFor = useTellAskedFor();
  const { form, ...state } = useOperationForm({
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
    onDone: ({ renewal }) => {
      if (renewal?.reason === 'changed') tellAskedFor('It was changed, and a version for that was asked for.');
      else tellDone('It was changed.');
      onClose();
    },
  });
  const { thing: policy } = useNamed<Policy>(operations.policy.list, form.getValues().policy);
  return (
    <FormDialog title={`Change ${name}`} size="lg" verb="Change" onClose={onClose} {...state}>
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
          <NamePicker
            label="Policy"
            operation={operations.policy.list}
            key={form.key('policy')}
            {...form.getInputProps('policy')}
          />
          <ProfileInput account={policy?.accounts[0]} otherwise="the policy’s" {...form.getInputProps('profile')} />
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
    </FormDialog>
  );
}
