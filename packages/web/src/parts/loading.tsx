import { Center, Loader, Text } from '@mantine/core';

/** `what` is being read, for people. */
export function Loading({ what }: { what: string }) {
  return (
    <Center p="xl" role="status">
      <Loader size="sm" mr="sm" aria-hidden />
      <Text c="dimmed">Reading {what}…</Text>
    </Center>
  );
}
