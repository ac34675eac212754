import { type Certificate, operations } from '@certfleet/contract';
import { Alert, Group, Stack, Text } from '@mantine/core';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Few } from '../../parts/few.js';
import { GoButton } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { forgetDraft } from './kept-draft.js';
import { PreflightAnswer } from './preflight-answer.js';
import { type NameTrouble, troublesOf } from './progress.js';
import { answerForAll } from './proof.js';
import { usePreflight } from './use-preflight.js';

/** Why an order has failed, name by name, what can be seen of it from here, and how to mend it. */
export function Failure({ certificate, since }: { certificate: Certificate; since: number }) {
  const { name, lastError, renewal, issuance } = certificate;
  const renew = useCall(operations.certificate.renew);
  const preflight = usePreflight({ name }, issuance === null);
  if (lastError === null) return null;
  const troubles = troublesOf(certificate);
  return (
    <Section title="Why it failed">
      <Alert color="red" title={`The attempt has failed (${lastError.attempts} so far)`} role="alert">
        <Stack gap="xs">
          {troubles.length === 0 && <Text size="sm">{lastError.message}</Text>}
          {renewal && (
            <Text size="sm">
              It is tried again by itself <Moment at={renewal.at} as="distance" />. Mend it before: CAs count failures.
            </Text>
          )}
        </Stack>
      </Alert>
      {troubles.length > 0 && (
        <Few<NameTrouble>
          label="What the CA says of each name"
          rows={troubles}
          columns={[
            {
              title: 'Name',
              cell: ({ name }) => (
                <Text size="sm" miw={160}>
                  {name ?? 'the order'}
                </Text>
              ),
            },
            {
              title: "In the CA's words",
              cell: ({ type, detail }) => (
                <>
                  {detail} (<code>{type}</code>)
                </>
              ),
            },
            { title: 'What to do', cell: ({ remedy }) => remedy },
          ]}
          keyOf={({ name, type, detail }) => `${name} ${type} ${detail}`}
          empty={null}
        />
      )}
      <Section title="What can be seen from here now">
        {preflight.error && <ProblemAlert error={preflight.error} />}
        <PreflightAnswer answer={answerForAll([], preflight.findings)} isLooking={preflight.isLooking} isOfMany />
      </Section>
      {renew.error && <ProblemAlert error={renew.error} />}
      <Group>
        <ActionButton
          operation={operations.certificate.renew}
          loading={renew.isPending || issuance !== null}
          onClick={() => renew.mutate({ params: { name } })}
        >
          Try again
        </ActionButton>
        {(['proof', 'names'] as const).map(step => (
          <GoButton
            key={step}
            variant="default"
            to="/request"
            search={{ certificate: name, step, since: since === 0 ? undefined : since }}
            onClick={() => forgetDraft(name)}
          >
            {step === 'proof' ? 'Prove it in another way' : 'Change the names'}
          </GoButton>
        ))}
      </Group>
    </Section>
  );
}
