import { List, Stack } from '@mantine/core';
import { CodeBlock } from '../../parts/code-block.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { commandOf } from './command.js';
import { PreflightAnswer } from './preflight-answer.js';
import { answerForAll } from './proof.js';
import { sentencesOf } from './sentences.js';
import type { StepProps } from './step.js';
import { usePlaces } from './use-places.js';

/** What exactly will happen, what the pre-flight has against it, and the command that does the same. */
export function ReviewStep({ wish, preflight, policies, mended }: StepProps) {
  const { placeOf } = usePlaces();
  const policy = policies.find(({ name }) => name === wish.policy);
  const place = (target: string) => {
    const where = placeOf(target);
    return where === null ? target : `${target} (${where})`;
  };
  const sentences = sentencesOf(wish, { policy, findings: preflight.findings, placeOf: place });
  return (
    <Stack>
      <Section title="What will happen">
        <List spacing={4}>
          {sentences.map(sentence => (
            <List.Item key={sentence} className="breaks">
              {sentence}
            </List.Item>
          ))}
        </List>
      </Section>
      <Section title="Pre-flight">
        {preflight.error && <ProblemAlert error={preflight.error} />}
        <PreflightAnswer answer={answerForAll([], preflight.findings)} isLooking={preflight.isLooking} isOfMany />
      </Section>
      {mended === null && (
        <Section title="The same on the command line">
          <CodeBlock text={commandOf(wish)} what="the command" />
        </Section>
      )}
    </Stack>
  );
}
