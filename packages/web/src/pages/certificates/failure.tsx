import { type Certificate, operations } from '@certfleet/contract';
import { Alert, Group, Text } from '@mantine/core';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { CaSays } from '../../parts/ca-says.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { PreflightAnswer } from '../request/preflight-answer.js';
import { answerForAll } from '../request/proof.js';

/** What the last attempt failed for, name by name, and on request what is the matter now. */
export function Failure({ certificate }: { certificate: Certificate }) {
  const look = useCall(operations.certificate.preflight);
  const { name, lastError } = certificate;
  if (!lastError) return null;
  const { at, attempts } = lastError;
  return (
    <Section title="What went wrong">
      <Alert color="red" title={attempts === 1 ? 'The last attempt failed' : `The last ${attempts} attempts failed`}>
        <Text size="sm">
          <Moment at={at} />
        </Text>
      </Alert>
      <CaSays certificate={certificate} />
      <Group>
        <ActionButton
          operation={operations.certificate.preflight}
          variant="default"
          loading={look.isPending}
          onClick={() => look.mutate({ body: { name } })}
        >
          Look what is the matter now
        </ActionButton>
      </Group>
      {look.error && <ProblemAlert error={look.error} />}
      {look.data && (
        <PreflightAnswer answer={answerForAll([], look.data.findings)} isLooking={false} isWhole isOfMany />
      )}
    </Section>
  );
}
