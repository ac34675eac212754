import { Code, Stack } from '@mantine/core';
import { Copy } from './copy.js';

/** A text to be copied as it is, such as a command. `what`: as for {@link Copy}. */
export function CodeBlock({ text, what }: { text: string; what: string }) {
  return (
    <Stack gap={4}>
      <Code block aria-label={what} role="region">
        {text}
      </Code>
      <Copy text={text} what={what} />
    </Stack>
  );
}
