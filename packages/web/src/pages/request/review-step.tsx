import { operations, type Target } from '@certfleet/contract';
import { List, Stack } from '@mantine/core';
import { CodeBlock } from '../../parts/code-block.js';
import { useAllNamed } from '../../parts/named.js';
import { Section } from '../../parts/page.js';
import { placeOf } from '../virtual-services/words.js';
import { commandOf } from './command.js';
import { PreflightSection } from './preflight-section.js';
import { sentencesOf } from './sentences.js';
import type { StepProps } from './step.js';

/** What exactly will happen, what the pre-flight has against it, and the command that does the same. */
export function ReviewStep({ wish, preflight, policy, mended }: StepProps) {
  // Of more than these only the first are told by name.
  const targets = useAllNamed<Target>(
    operations.target.list,
    wish.assignments.slice(0, 5).map(({ target }) => target),
  );
  const place = (name: string) => {
    const service = targets.find(target => target.name === name)?.virtualService;
    return service ? `${name} (${placeOf(service)})` : name;
  };
  const sentences = sentencesOf(wish, {
    policy: policy ?? undefined,
    findings: preflight.findings,
    placeOf: place,
    mended,
  });
  return (
    <Stack>
      <Section title="What will happen">
        <List spacing={4} className="sheet">
          {sentences.map(sentence => (
            <List.Item key={sentence} className="breaks">
              {sentence}
            </List.Item>
          ))}
        </List>
      </Section>
      <PreflightSection title="Pre-flight" preflight={preflight} />
      {mended === null && (
        <Section title="The same on the command line">
          <CodeBlock text={commandOf(wish)} what="the command" />
        </Section>
      )}
    </Stack>
  );
}
