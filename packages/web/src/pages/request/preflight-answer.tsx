import type { PreflightResult } from '@certfleet/contract';
import { Group, Stack, Text } from '@mantine/core';
import { Mark, type Standing } from '../../parts/mark.js';
import type { Answer } from './proof.js';
import { listed } from './sentences.js';

const looks: Record<PreflightResult, { standing: Standing; text: string }> = {
  ok: { standing: 'good', text: 'nothing in the way' },
  unknown: { standing: 'off', text: "can't be told from here" },
  warning: { standing: 'attention', text: 'may fail' },
  refused: { standing: 'bad', text: 'would fail' },
};

const unsure = { standing: 'off', text: 'not looked at outside' } as const;

interface PreflightAnswerProps {
  answer: Answer | null;
  isLooking: boolean;
  /** Whether it was looked at outside as well: without that nobody knows whether nothing is in the way. */
  isWhole: boolean;
  /** Whether it is about several names, so that each trouble has to say about which. */
  isOfMany?: boolean;
}

/** What the pre-flight says of one name, or of the order as a whole. That nothing is in the way is said at the end alone. */
export function PreflightAnswer({ answer, isLooking, isWhole, isOfMany = false }: PreflightAnswerProps) {
  if (answer === null || (isLooking && answer.result === 'ok'))
    return <Mark standing={isLooking ? 'busy' : 'off'}>{isLooking ? 'looking' : 'not looked at'}</Mark>;
  const isUnsure = answer.result === 'ok' && !isWhole;
  const { standing, text } = isUnsure ? unsure : looks[answer.result];
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Mark standing={standing}>{text}</Mark>
        {isLooking && <Mark standing="busy">looking</Mark>}
      </Group>
      {answer.troubles.map(({ names, message, remedy }) => (
        <Text size="sm" key={`${message} ${remedy}`} className="breaks">
          {isOfMany && names.some(name => !message.includes(name)) && `${listed(names)}: `}
          {message} {remedy}
        </Text>
      ))}
    </Stack>
  );
}
