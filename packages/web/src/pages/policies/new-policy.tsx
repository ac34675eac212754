import { operations, type PolicyCreation } from '@certfleet/contract';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { useRefusal } from '../../session/session.js';
import { initialPolicy, PolicyFields, policyFieldOf, policyFields } from './policy-fields.js';

export function NewPolicyPage() {
  const navigate = useNavigate();
  const refusal = useRefusal(operations.policy.create);
  const { form, submit, error, isPending } = useOperationForm({
    operation: operations.policy.create,
    initial: { name: '', ...initialPolicy(null) },
    input: ({ name, ...values }) => ({ body: { name: name.trim(), ...policyFields(values) } satisfies PolicyCreation }),
    fieldOf: policyFieldOf,
    onDone: ({ name }) => {
      tellDone(`The policy ${name} was created.`);
      return navigate({ to: '/policies/$name', params: { name } });
    },
  });
  return (
    <Page title="New policy">
      <Stack component="form" onSubmit={submit} maw={720}>
        <TextInput
          label="Name"
          description="What to call it: letters, digits and . _ @ -"
          required
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps('name')}
        />
        <PolicyFields form={form} values={form.getValues()} />
        {refusal && <Text size="sm">{refusal}</Text>}
        {error && <ProblemAlert error={error} />}
        <Group>
          <Button type="submit" loading={isPending} disabled={refusal !== null}>
            Create
          </Button>
        </Group>
      </Stack>
    </Page>
  );
}
