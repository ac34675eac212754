import { operations } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { ActionButton } from '../../parts/action.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { PreflightAnswer } from './preflight-answer.js';
import { answerForAll } from './proof.js';
import type { Preflight } from './use-preflight.js';

/** What the pre-flight says of an order as a whole, how old that is, and a way to have it look again. */
export function PreflightSection({ title, preflight }: { title: string; preflight: Preflight }) {
  const { findings, isLooking, isWhole, error, at, again } = preflight;
  return (
    <Section
      title={title}
      actions={
        <>
          {at !== null && !isLooking && (
            <Text size="sm" c="dimmed">
              looked at <Moment at={new Date(at).toISOString()} as="distance" />
            </Text>
          )}
          <ActionButton
            operation={operations.certificate.preflight}
            variant="default"
            size="xs"
            loading={isLooking}
            onClick={again}
          >
            Look again
          </ActionButton>
        </>
      }
    >
      {error && <ProblemAlert error={error} />}
      <div className="sheet">
        <PreflightAnswer answer={answerForAll([], findings)} isLooking={isLooking} isWhole={isWhole} isOfMany />
      </div>
    </Section>
  );
}
