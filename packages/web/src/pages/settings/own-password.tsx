import { operations } from '@certfleet/contract';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { tellDone } from '../../parts/done.js';
import { Form } from '../../parts/form.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { useSession } from '../../session/session.js';

/** Another password for whoever is signed in, whatever their role. */
export function OwnPasswordPage() {
  const { name } = useSession();
  const [again, setAgain] = useState('');
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.session.changePassword,
    initial: { present: '', password: '' },
    input: body => ({ body }),
    onDone: () => {
      form.reset();
      setAgain('');
      tellDone('You have another password. Your other sessions are over.');
    },
  });
  const differs = again !== '' && again !== form.values.password ? 'Not the same as above.' : null;
  return (
    <Page title="Your password">
      <Form
        isSheet
        onSubmit={event => {
          if (again === form.values.password) return submit(event);
          event.preventDefault();
          form.setFieldError('password', 'It differs from the one below.');
        }}
      >
        <TextInput label="Name" name="username" autoComplete="username" readOnly value={name} />
        <PasswordInput
          label="Present password"
          required
          autoComplete="current-password"
          {...form.getInputProps('present')}
        />
        <PasswordInput
          label="New password"
          description="At least 12 characters."
          required
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <PasswordInput
          label="New password, once more"
          required
          autoComplete="new-password"
          error={differs}
          value={again}
          onChange={event => setAgain(event.currentTarget.value)}
        />
        {error && <ProblemAlert error={error} />}
        <Button type="submit" loading={isPending} style={{ alignSelf: 'flex-start' }}>
          Change my password
        </Button>
      </Form>
    </Page>
  );
}
