import { operations } from '@certfleet/contract';
import { Alert, Stack } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { ProblemAlert } from '../../parts/problem-alert.js';

interface SendTestProps {
  name: string;
  /** How often its configuration was changed on this page. */
  changes?: number;
}

/** Sends a test by a channel and shows what the other side said: it stays until the next one, or until a change. */
export function SendTest({ name, changes = 0 }: SendTestProps) {
  const [sent, setSent] = useState(changes);
  const test = useCall(operations.channel.test);
  const isShown = sent === changes;
  return (
    <Stack gap="xs" align="flex-start">
      <ActionButton
        operation={operations.channel.test}
        onClick={() => {
          setSent(changes);
          test.mutate({ params: { name } });
        }}
        loading={test.isPending}
        size="xs"
        variant="default"
      >
        Send a test
      </ActionButton>
      {isShown && test.data && (
        <Alert color="teal" role="status" title="The other side took it" className="breaks">
          {test.data.message}
        </Alert>
      )}
      {isShown && test.error && <ProblemAlert error={test.error} />}
    </Stack>
  );
}
