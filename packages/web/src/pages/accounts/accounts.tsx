import { type Account, operations } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { Go, GoButton } from '../../parts/go.js';
import { Mark, type Standing } from '../../parts/mark.js';
import { Page } from '../../parts/page.js';
import type { Column } from '../../parts/rows.js';
import { SearchedRows } from '../../parts/searched-rows.js';
import { caOf } from './ca.js';

const columns: readonly Column<Account>[] = [
  {
    title: 'Name',
    width: 'minmax(8rem, 1fr)',
    narrow: '1fr',
    cell: ({ name }) => (
      <Go to="/accounts/$name" params={{ name }} title={name}>
        {name}
      </Go>
    ),
  },
  {
    title: 'CA',
    width: 'minmax(10rem, 1.5fr)',
    cell: ({ directoryUrl }) => <span title={directoryUrl}>{caOf(directoryUrl)}</span>,
  },
  { title: 'E-mail', width: 'minmax(8rem, 1fr)', cell: ({ email }) => email ?? '–' },
  { title: 'Key', width: '5rem', cell: ({ keyAlgorithm }) => keyAlgorithm },
  {
    title: 'Status',
    width: '8.5rem',
    narrow: '8.5rem',
    cell: ({ status }) => <AccountMark status={status} />,
  },
];

export function AccountsPage() {
  return (
    <Page
      title="Accounts"
      actions={
        <>
          <GoButton to="/accounts/-/new" search={{ how: 'link' }} operation={operations.account.link} variant="default">
            Link an account
          </GoButton>
          <GoButton to="/accounts/-/new" operation={operations.account.register}>
            Register an account
          </GoButton>
        </>
      }
    >
      <SearchedRows
        places="names"
        operation={operations.account.list}
        columns={columns}
        label="Accounts"
        keyOf={({ id }: Account) => id}
        empty={
          <Text>
            There is no account at a CA yet, and without one nothing is issued.{' '}
            <Go to="/accounts/-/new" underline="always">
              Register one
            </Go>
            .
          </Text>
        }
      />
    </Page>
  );
}

const standings: Record<Account['status'], Standing> = {
  valid: 'good',
  registering: 'busy',
  deactivated: 'off',
  revoked: 'bad',
  failed: 'bad',
};

export function AccountMark({ status }: Pick<Account, 'status'>) {
  return <Mark standing={standings[status]}>{status}</Mark>;
}
