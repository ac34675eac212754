import { KeyAlgorithm, Name, operations } from '@certfleet/contract';
import { NativeSelect, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Go } from '../../parts/go.js';
import { NamePicker } from '../../parts/name-picker.js';
import { Section } from '../../parts/page.js';
import { ProfileInput } from '../../parts/profile-input.js';
import { read } from '../../query.js';
import { PreflightAnswer } from './preflight-answer.js';
import { answerForAll } from './proof.js';
import { renewalWords } from './sentences.js';
import type { StepProps } from './step.js';

/** What it is called, by which policy it is kept, its key and its profile. */
export function CertificateStep({ draft, change, wish, preflight, policy, mended }: StepProps) {
  const taken = useIsTaken(mended === null ? wish.name : '');
  const isDeployed = mended !== null && mended.assignments > 0;
  const general = answerForAll(
    wish.identifiers.map(({ value }) => value),
    preflight.findings,
  );
  return (
    <Stack>
      <Stack className="sheet fields">
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
        <NamePicker
          label="Policy"
          description={
            policy
              ? `Orders by ${policy.accounts.join(', then ')}. ${renewalWords(policy) ?? ''}`
              : 'A policy says which account orders, and when it is renewed.'
          }
          operation={operations.policy.list}
          error={
            policy === null && (
              <>
                There is no policy {wish.policy}: choose another one, or{' '}
                <Go to="/policies/-/new" inherit underline="always">
                  make one
                </Go>
                . What is entered here stays.
              </>
            )
          }
          value={wish.policy}
          onChange={name => name !== null && change({ policy: name })}
        />
        <ProfileInput
          account={policy?.accounts[0]}
          otherwise={policy?.profile ? `the policy's, ${policy.profile}` : "the CA's usual one"}
          value={draft.profile ?? ''}
          onChange={profile => change({ profile: profile === '' ? null : profile })}
        />
        <Radio.Group
          label="Key"
          value={draft.csr === null ? 'here' : 'csr'}
          onChange={value => change({ csr: value === 'csr' ? '' : null })}
        >
          <Stack gap="xs" mt={4}>
            <Radio
              value="here"
              label={mended === null ? 'Certfleet makes it, and can deploy it' : 'As before: of its CSR, or made here'}
            />
            <Radio
              value="csr"
              label={`I have ${mended === null ? 'a' : 'another'} CSR; its key stays where it is, and so does the deployment`}
              disabled={isDeployed}
              description={isDeployed && 'Not while it is deployed from here: take it from its targets first.'}
            />
          </Stack>
        </Radio.Group>
        {draft.csr === null ? (
          <NativeSelect
            label="Kind of key"
            data={[
              { value: '', label: policy ? `The policy's: ${policy.keyAlgorithm}` : "The policy's" },
              ...KeyAlgorithm.options,
            ]}
            value={draft.keyAlgorithm ?? ''}
            onChange={event =>
              change({ keyAlgorithm: KeyAlgorithm.nullable().parse(event.currentTarget.value || null) })
            }
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
        {mended !== null && (
          <Text size="sm">
            Where it is deployed, its labels and a key that is brought along are changed on{' '}
            <Go to="/certificates/$name" params={{ name: mended.name }} underline="always">
              its page
            </Go>
            .
          </Text>
        )}
      </Stack>
      <Section title="Pre-flight of the order">
        <div className="sheet">
          <PreflightAnswer answer={general} isLooking={preflight.isLooking} isWhole={preflight.isWhole} />
        </div>
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
