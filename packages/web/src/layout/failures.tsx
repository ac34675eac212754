import { Button, Stack, Text } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Go } from '../parts/go.js';
import { Page } from '../parts/page.js';
import { ProblemAlert } from '../parts/problem-alert.js';

/** At an address where nothing is. */
export function NotFound() {
  return (
    <Page title="There is no such page">
      <Text>
        The address may be of another version, or was cut when it was copied. <Go to="/">To the overview</Go>
      </Text>
    </Page>
  );
}

/** Instead of a page that could not be loaded or drawn. After an upgrade the page of an open tab may be gone. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page could not be shown">
      <Stack align="flex-start">
        <ProblemAlert error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
        <Text>When Certfleet was upgraded while this tab was open, it has to be loaded again.</Text>
        <Button variant="default" onClick={() => window.location.reload()}>
          Load everything again
        </Button>
      </Stack>
    </Page>
  );
}
