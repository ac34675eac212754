import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface RefusalsProps {
  title: string;
  count: number;
  /** Items of a list. */
  children: ReactNode;
}

/** What is not done, and why; nothing where there is nothing of it. */
export function Refusals({ title, count, children }: RefusalsProps) {
  if (count === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section aria-label={title} tabIndex={0} style={{ maxHeight: '16rem', overflow: 'auto' }}>
      <Text size="sm" fw={600}>
        {title} ({count.toLocaleString('en')})
      </Text>
      <ul>{children}</ul>
    </section>
  );
}
