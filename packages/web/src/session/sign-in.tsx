import { operations, type Session } from '@certfleet/contract';
import { PasswordInput, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.js';
import { EntranceForm } from './entrance.js';
import { useSignIn } from './session.js';

/** `ended`: whoever sees it was signed in a moment ago; `why` not any longer. */
export function SignIn({ ended }: { ended: { why: string | null } | null }) {
  const { begin } = useSignIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: (): Promise<Session> => api.call(operations.session.create, { body: { name, password } }),
    onSuccess: begin,
  });
  return (
    <EntranceForm
      title="Sign in to Certfleet"
      about={
        ended && <Text role="status">{ended.why ?? 'Your session has ended.'} Sign in to go on where you were.</Text>
      }
      onSubmit={signIn.mutate}
      isPending={signIn.isPending}
      error={signIn.error}
      verb="Sign in"
    >
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
    </EntranceForm>
  );
}
