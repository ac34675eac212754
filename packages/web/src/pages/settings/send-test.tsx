import { operations } from '@certfleet/contract';
import { Alert, Stack } from '@mantine/core';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { ProblemAlert } from '../../parts/problem-alert.js';

/** Sends a test by a channel and shows what the other side said: it stays until the next one. */
export function SendTest({ name }: { name: string }) {
  const test = useCall(operations.channel.test);
  return (
    <Stack gap="xs" align="flex-start">
      <ActionButton
        operation={operations.channel.test}
        onClick={() => test.mutate({ params: { name } })}
        loading={test.isPending}
        size="compact-sm"
        variant="default"
      >
        Send a test
      </ActionButton>
      {test.data && (
        <Alert color="teal" role="status" title="The other side took it" className="breaks">
          {test.data.message}
        </Alert>
      )}
      {test.error && <ProblemAlert error={test.error} />}
    </Stack>
  );
}
