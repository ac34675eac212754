import type { Pause } from '@certfleet/contract';
import { Alert, Stack, Text } from '@mantine/core';
import { Moment } from './moment.js';
import { ResumeButton } from './resume-button.js';

/** Nothing goes on: why, and the way to go on. */
export default function Paused({ paused: { since, by, reason, restored } }: { paused: Pause }) {
  return (
    <Alert color="yellow" role="status" title="Paused: nothing is issued, renewed or deployed">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {reason} By {by}, <Moment at={since} />. What is served stays, what is asked for meanwhile waits.
        </Text>
        {restored && (
          <Text size="sm">
            A backup was restored. No channel tells of anything either: what the backup was made of may still work, and
            would do everything a second time.
          </Text>
        )}
        <ResumeButton size="xs" />
      </Stack>
    </Alert>
  );
}
