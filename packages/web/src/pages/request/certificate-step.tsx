import { KeyAlgorithm, Name, operations } from '@certfleet/contract';
import { NativeSelect, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../../parts/page.js';
import { read } from '../../query.js';
import { PreflightAnswer } from './preflight-answer.js';
import { answerForAll } from './proof.js';
import { renewalWords } from './sentences.js';
import type { StepProps } from './step.js';

/** What it is called, by which policy it is kept, its key and its profile. */
export function CertificateStep({ draft, change, wish, preflight, policies, mended }: StepProps) {
  const taken = useIsTaken(mended === null ? wish.name : '');
  const policy = policies.find(({ name }) => name === wish.policy);
  const general = answerForAll(
    wish.identifiers.map(({ value }) => value),
    preflight.findings,
  );
  return (
    <Stack maw={640}>
      <TextInput
        label="What the certificate is called"
        description="Here and in file names. It can't be changed."
        spellCheck={false}
        disabled={mended !== null}
        value={draft.name ?? wish.name}
        error={
          faultOf(wish.name) ??
          (taken ? `There is a certificate that is called ${wish.name}: choose another name.` : null)
        }
        onChange={event => change({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label="Policy"
        description={
          policy
            ? `Orders by ${policy.accounts.join(', then ')}. ${renewalWords(policy) ?? ''}`
            : 'A policy says which account orders, and when it is renewed.'
        }
        data={policies.map(({ name }) => name)}
        error={policies.length === 0 ? 'There is no policy yet: register an account at a CA and make one.' : null}
        value={wish.policy}
        onChange={event => change({ policy: event.currentTarget.value })}
      />
      <TextInput
        label="ACME profile"
        description={`One of the CA's profiles, such as tlsserver or shortlived. Left empty: ${policy?.profile ? `the policy's, ${policy.profile}` : "the CA's usual one"}.`}
        spellCheck={false}
        maxLength={100}
        value={draft.profile ?? ''}
        onChange={event => change({ profile: event.currentTarget.value === '' ? null : event.currentTarget.value })}
      />
      {mended === null && (
        <Radio.Group
          label="Key"
          value={draft.csr === null ? 'here' : 'csr'}
          onChange={value => change({ csr: value === 'csr' ? '' : null })}
        >
          <Stack gap="xs" mt={4}>
            <Radio value="here" label="Certfleet makes it, and can deploy it" />
            <Radio value="csr" label="I have a CSR; its key stays where it is, and so does the deployment" />
          </Stack>
        </Radio.Group>
      )}
      {draft.csr === null ? (
        <NativeSelect
          label="Kind of key"
          data={[
            { value: '', label: policy ? `The policy's: ${policy.keyAlgorithm}` : "The policy's" },
            ...KeyAlgorithm.options,
          ]}
          value={draft.keyAlgorithm ?? ''}
          onChange={event => change({ keyAlgorithm: KeyAlgorithm.nullable().parse(event.currentTarget.value || null) })}
        />
      ) : (
        <Textarea
          label="CSR, as PEM"
          description="It must ask for exactly the names of the first step."
          autosize
          minRows={5}
          maxRows={16}
          spellCheck={false}
          value={draft.csr}
          onChange={event => change({ csr: event.currentTarget.value })}
        />
      )}
      <Section title="Pre-flight of the order">
        <PreflightAnswer answer={general} isLooking={preflight.isLooking} />
      </Section>
    </Stack>
  );
}

function faultOf(name: string): string | null {
  if (name === '') return null;
  return Name.safeParse(name).error?.issues[0]?.message ?? null;
}

/** Whether there is a certificate of this name: the server would refuse a second one. */
function useIsTaken(name: string): boolean {
  const [settled] = useDebouncedValue(name, 300);
  const { data } = useQuery({
    ...read(operations.certificate.show, { params: { name: settled } }),
    enabled: Name.safeParse(settled).success,
    retry: false,
  });
  return data !== undefined && settled === name;
}
