import { operations, type Session } from '@certfleet/contract';
import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api } from '../api.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useSignIn } from './session.js';

/** `hasEnded`: whoever sees it was signed in a moment ago. */
export function SignIn({ hasEnded }: { hasEnded: boolean }) {
  const { begin } = useSignIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: (): Promise<Session> => api.call(operations.session.create, { body: { name, password } }),
    onSuccess: begin,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <main className="entrance">
      <Paper withBorder p="xl" radius="md" component="form" onSubmit={submit}>
        <Stack>
          <Title order={1} size="h2">
            Sign in to Certfleet
          </Title>
          {hasEnded && <Text role="status">Your session has ended. Sign in to go on where you were.</Text>}
          {signIn.error && <ProblemAlert error={signIn.error} />}
          <TextInput
            label="User"
            name="username"
            autoComplete="username"
            autoFocus
            required
            value={name}
            onChange={event => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
