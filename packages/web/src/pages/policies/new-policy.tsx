import { operations, type PolicyCreation } from '@certfleet/contract';
import { useNavigate } from '@tanstack/react-router';
import { tellDone } from '../../parts/done.js';
import { OperationForm } from '../../parts/form.js';
import { NewName } from '../../parts/new-name.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page } from '../../parts/page.js';
import { initialPolicy, PolicyFields, policyFields } from './policy-fields.js';

export function NewPolicyPage() {
  const navigate = useNavigate();
  const { form, ...state } = useOperationForm({
    operation: operations.policy.create,
    initial: { name: '', ...initialPolicy(null) },
    input: ({ name, ...values }) => ({ body: { name: name.trim(), ...policyFields(values) } satisfies PolicyCreation }),
    onDone: ({ name }) => {
      tellDone(`The policy ${name} was created.`);
      return navigate({ to: '/policies/$name', params: { name } });
    },
  });
  return (
    <Page title="Create a policy">
      <OperationForm verb="Create" {...state}>
        <NewName {...form.getInputProps('name')} />
        <PolicyFields form={form} values={form.getValues()} />
      </OperationForm>
    </Page>
  );
}
