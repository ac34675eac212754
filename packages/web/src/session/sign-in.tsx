import { operations, type Session } from '@certfleet/contract';
import { Button, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api } from '../api.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useSignIn } from './session.js';

export function SignIn() {
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
