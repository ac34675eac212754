import { Button, type ButtonProps, Group, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';

/**
 * A button that copies a text and says that it has, to those who hear the page too. `what`: for its name, since several
 * stand on a page: `the value of www.example.com`. Browsers let pages copy over HTTPS and on this machine alone.
 */
export function Copy({ text, what, ...look }: { text: string; what: string } & ButtonProps) {
  const { copy, copied, error } = useClipboard({ timeout: 4_000 });
  return (
    <Group gap="xs" wrap="nowrap" w="fit-content">
      <Button size="xs" variant="default" {...look} aria-label={`Copy ${what}`} onClick={() => copy(text)}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
      <Text size="sm" role="status" c="dimmed">
        {copied && 'copied'}
        {error && 'The browser does not let it be copied: select the text and copy it.'}
      </Text>
    </Group>
  );
}
