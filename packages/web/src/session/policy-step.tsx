import { type Account, KeyAlgorithm, operations, type Solver } from '@certfleet/contract';
import { Alert, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { OperationForm } from '../parts/form.js';
import { Go } from '../parts/go.js';
import { NewName } from '../parts/new-name.js';
import { useOperationForm } from '../parts/operation-form.js';
import { both, Shown } from '../parts/shown.js';
import { read } from '../query.js';

/** A policy that uses what the steps before it have made. */
export function PolicyStep({ onDone }: { onDone: () => void }) {
  const accounts = useQuery(read(operations.account.list, { query: { limit: 100 } }));
  const solvers = useQuery(read(operations.solver.list, { query: { limit: 100 } }));
  return (
    <Shown of={both(accounts, solvers)} what="accounts and solvers">
      {([{ items: all }, { items: proving }]) => <PolicyOf accounts={all} solvers={proving} onDone={onDone} />}
    </Shown>
  );
}

interface PolicyOfProps {
  accounts: readonly Account[];
  solvers: readonly Solver[];
  onDone: () => void;
}

function PolicyOf({ accounts, solvers, onDone }: PolicyOfProps) {
  const usable = accounts.filter(({ status }) => status === 'valid').map(({ name }) => name);
  if (usable.length === 0) {
    return (
      <Alert color="yellow" title="A policy needs an account">
        Begin with{' '}
        <Go to="/setup" search={{ step: 'account' }} underline="always">
          a certificate authority
        </Go>
        .
      </Alert>
    );
  }
  return (
    <PolicyForm
      accounts={usable}
      solvers={solvers.filter(({ enabled }) => enabled).map(({ name }) => name)}
      onDone={onDone}
    />
  );
}

interface PolicyFormProps {
  accounts: readonly string[];
  solvers: readonly string[];
  onDone: () => void;
}

function PolicyForm({ accounts, solvers, onDone }: PolicyFormProps) {
  const { form, ...state } = useOperationForm({
    operation: operations.policy.create,
    initial: {
      name: 'default',
      account: accounts[0] ?? '',
      defaultSolver: solvers[0] ?? null,
      keyAlgorithm: 'P-256' as KeyAlgorithm,
    },
    input: ({ name, account, defaultSolver, keyAlgorithm }) => ({
      body: { name, accounts: [account], defaultSolver, keyAlgorithm },
    }),
    fieldOf: path => (path.startsWith('accounts') ? 'account' : path),
    onDone,
  });
  return (
    <OperationForm verb="Create the policy" {...state}>
      <NewName
        description="Requests that name no policy take the one called default."
        {...form.getInputProps('name')}
      />
      <Select label="Account" data={[...accounts]} allowDeselect={false} {...form.getInputProps('account')} />
      <Select
        label="Names are proven by"
        description="Where nothing nearer is set."
        placeholder={solvers.length === 0 ? 'Nothing yet: the step before was left for later' : 'Nothing'}
        data={[...solvers]}
        clearable
        {...form.getInputProps('defaultSolver')}
      />
      <Select label="Key" data={KeyAlgorithm.options} allowDeselect={false} {...form.getInputProps('keyAlgorithm')} />
      <Text size="sm">
        Certificates are renewed when the authority says (ARI), else with a third of their life left, or half of a life
        under ten days.
      </Text>
    </OperationForm>
  );
}
