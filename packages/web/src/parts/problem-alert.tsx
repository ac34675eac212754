import { ApiError } from '@certfleet/contract';
import { Alert, Button, List, Text } from '@mantine/core';

/** What went wrong, in the server's words, with what to do. `retry`: what the person can do here. */
export function ProblemAlert({ error, retry }: { error: Error; retry?: () => unknown }) {
  const problem = error instanceof ApiError ? error.problem : null;
  // Where there are few of them, the server's sentence has them already.
  const faults = problem?.errors?.filter(({ message }) => !problem.detail.includes(message)) ?? [];
  return (
    <Alert color="red" variant="light" role="alert" title={problem?.title ?? 'That did not work'}>
      <Text size="sm">{problem?.detail ?? error.message}</Text>
      {faults.length > 0 && (
        <List size="sm" mt="xs">
          {faults.map(({ path, message }) => (
            <List.Item key={`${path} ${message}`}>
              {path}: {message}
            </List.Item>
          ))}
        </List>
      )}
      {problem && (
        <Text size="sm" mt="xs" fw={500}>
          {problem.remedy}
        </Text>
      )}
      {retry && (
        <Button mt="sm" size="xs" variant="default" onClick={() => retry()}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
