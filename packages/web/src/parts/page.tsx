import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useArrivalAt } from './arrival.js';

interface PageProps {
  /** Of the browser's tab too. */
  title: string;
  /** Beside the title: the state of the thing. */
  badge?: ReactNode;
  /** What can be done with the thing, or to get one more. */
  actions?: ReactNode;
  children: ReactNode;
}

/** Longer ones, as names can be, would fill a narrow screen. */
const longTitle = 40;

/** A page: its title, what can be done, and the rest. */
export function Page({ title, badge, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Certfleet`;
  }, [title]);
  const heading = useArrivalAt(title);
  return (
    <Stack gap="lg">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" miw={0}>
          <Title order={1} size={title.length > longTitle ? 'h4' : 'h2'} className="breaks" ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {badge}
        </Group>
        {actions && (
          <Group gap="xs" className="actions">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Stack>
  );
}

interface SectionProps {
  title: string;
  /** One sentence on what is shown, where the title does not say it. */
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page that has a title. */
export function Section({ title, about, actions, children }: SectionProps) {
  return (
    <Stack component="section" gap="xs" aria-label={title}>
      <Group justify="space-between" gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {actions && (
          <Group gap="xs" fz="sm">
            {actions}
          </Group>
        )}
      </Group>
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      {children}
    </Stack>
  );
}
