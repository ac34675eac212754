import { Button, Paper, Stack, Title } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useEffect } from 'react';
import { Brand } from '../parts/brand.js';
import { ProblemAlert } from '../parts/problem-alert.js';

interface EntranceProps {
  title: string;
  children: ReactNode;
}

/** A page for someone who is not signed in. */
export function Entrance({ title, children }: EntranceProps) {
  useEffect(() => {
    document.title = `${title} · Certfleet`;
  }, [title]);
  return (
    <main className="entrance">
      <Paper withBorder p="xl" radius="md">
        <Stack>
          <Brand />
          <Title order={1} size="h2">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}

interface EntranceFormProps extends EntranceProps {
  /** Above what is typed. */
  about: ReactNode;
  onSubmit: () => void;
  isPending: boolean;
  error: Error | null;
  verb: string;
}

/** Such a page with a form, whose fields the browser itself asks for. */
export function EntranceForm({ title, about, onSubmit, isPending, error, verb, children }: EntranceFormProps) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Entrance title={title}>
      <Stack component="form" onSubmit={submit}>
        {about}
        {error && <ProblemAlert error={error} />}
        {children}
        <Button type="submit" loading={isPending}>
          {verb}
        </Button>
      </Stack>
    </Entrance>
  );
}
