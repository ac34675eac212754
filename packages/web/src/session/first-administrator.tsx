import { Name, operations, Password, type Session } from '@certfleet/contract';
import { Anchor, PasswordInput, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api.js';
import { EntranceForm } from './entrance.js';
import { useSignIn } from './session.js';

/** Makes the first administrator, who is signed in then. */
export function FirstAdministrator({ code }: { code: string }) {
  const { begin } = useSignIn();
  const navigate = useNavigate();
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const setUp = useMutation({
    mutationFn: (): Promise<Session> => api.call(operations.session.setup, { body: { code, name, password } }),
    onSuccess: async session => {
      begin(session);
      // The code is used up: nothing of it stays in the address.
      await navigate({ to: '/setup', replace: true });
    },
  });
  const fault = Name.safeParse(name).error?.issues[0]?.message;
  const weak = Password.safeParse(password).success ? null : 'At least 12 characters.';
  const differs = again !== '' && again !== password ? 'Not the same as above.' : null;
  return (
    <EntranceForm
      title="Welcome to Certfleet"
      about={
        <Text>
          You are the first here. Choose the name and the password of the first administrator. If there is one already,{' '}
          <Anchor href="/">sign in</Anchor>.
        </Text>
      }
      onSubmit={() => !fault && !weak && again === password && setUp.mutate()}
      isPending={setUp.isPending}
      error={setUp.error}
      verb="Make the first administrator"
    >
      <TextInput
        label="Name"
        name="username"
        autoComplete="username"
        required
        error={fault}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        description="At least 12 characters."
        name="new-password"
        autoComplete="new-password"
        required
        error={password === '' ? null : weak}
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password, once more"
        name="new-password-again"
        autoComplete="new-password"
        required
        error={differs}
        value={again}
        onChange={event => setAgain(event.currentTarget.value)}
      />
    </EntranceForm>
  );
}
