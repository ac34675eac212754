import { operations, type Policy } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { Go, GoButton } from '../../parts/go.js';
import { Page } from '../../parts/page.js';
import type { Column } from '../../parts/rows.js';
import { SearchedRows } from '../../parts/searched-rows.js';

const columns: readonly Column<Policy>[] = [
  {
    title: 'Name',
    width: 'minmax(8rem, 1fr)',
    narrow: '1fr',
    cell: ({ name }) => (
      <Go to="/policies/$name" params={{ name }} title={name}>
        {name}
      </Go>
    ),
  },
  {
    title: 'Accounts',
    width: 'minmax(10rem, 1.5fr)',
    narrow: '1fr',
    cell: ({ accounts }) => <span title={accounts.join(', ')}>{accounts.join(', else ')}</span>,
  },
  {
    title: 'Key',
    width: '10rem',
    cell: ({ keyAlgorithm, keyOnRenewal }) => `${keyAlgorithm}, ${keyOnRenewal === 'same' ? 'kept' : 'new each time'}`,
  },
  {
    title: 'Renewal',
    width: '12rem',
    cell: ({ renewDaysBefore }) =>
      renewDaysBefore === null ? 'when the CA suggests it' : `${renewDaysBefore} days before it expires`,
  },
  {
    title: 'Default solver',
    width: 'minmax(7rem, 1fr)',
    cell: ({ defaultSolver }) =>
      defaultSolver === null ? (
        '–'
      ) : (
        <Go to="/solvers/$name" params={{ name: defaultSolver }}>
          {defaultSolver}
        </Go>
      ),
  },
];

export function PoliciesPage() {
  return (
    <Page
      title="Policies"
      actions={
        <GoButton to="/policies/-/new" operation={operations.policy.create}>
          Create a policy
        </GoButton>
      }
    >
      <SearchedRows
        places="names"
        operation={operations.policy.list}
        columns={columns}
        label="Policies"
        keyOf={({ id }: Policy) => id}
        empty={
          <Text>
            There is no policy yet: it says which accounts certificates come from, and when they are renewed.{' '}
            <Go to="/policies/-/new" underline="always">
              Create one
            </Go>
            , or{' '}
            <Go to="/accounts/-/new" underline="always">
              register an account
            </Go>{' '}
            first.
          </Text>
        }
      />
    </Page>
  );
}
