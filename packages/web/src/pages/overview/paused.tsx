import { operations, type Pause } from '@certfleet/contract';
import { Alert, Stack, Text } from '@mantine/core';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Moment } from '../../parts/moment.js';
import { ProblemAlert } from '../../parts/problem-alert.js';

/** Nothing goes on: why, and the way to go on. */
export function Paused({ paused: { since, by, reason, restored } }: { paused: Pause }) {
  const resume = useCall(operations.system.resume);
  return (
    <Alert color="yellow" role="status" title="Paused: nothing is issued, renewed or deployed">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {reason} By {by}, <Moment at={since} />. What is served stays.
        </Text>
        {restored && (
          <Text size="sm">
            A backup was restored. No channel tells of anything either: what the backup was made of may still work, and
            would do everything a second time.
          </Text>
        )}
        {resume.error && <ProblemAlert error={resume.error} />}
        <ActionButton
          operation={operations.system.resume}
          size="xs"
          loading={resume.isPending}
          onClick={() => resume.mutate({})}
        >
          Resume
        </ActionButton>
      </Stack>
    </Alert>
  );
}
