import { operations, type Token } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { type Column, Rows } from '../../parts/rows.js';
import { ForRole } from './for-role.js';
import { CreateToken } from './token-form.js';

/** What scripts sign in with. */
export function TokensPage() {
  const [creating, setCreating] = useState(false);
  const [toDelete, setToDelete] = useState<Token | null>(null);
  const columns = useMemo(() => columnsOf(setToDelete), []);
  return (
    <Page
      title="API tokens"
      actions={
        <ActionButton operation={operations.token.create} onClick={() => setCreating(true)}>
          Create a token
        </ActionButton>
      }
    >
      <ForRole operation={operations.token.list}>
        <Rows
          operation={operations.token.list}
          query={{}}
          columns={columns}
          label="API tokens"
          keyOf={({ id }: Token) => id}
          empty={<Text>There are none. A script, or the command line client, signs in with one.</Text>}
        />
      </ForRole>
      {creating && <CreateToken onClose={() => setCreating(false)} />}
      <Confirm
        opened={toDelete !== null}
        onClose={() => setToDelete(null)}
        title={`Delete the token ${toDelete?.name ?? ''}?`}
        verb="Delete"
        nameToType={toDelete?.name ?? ''}
        operation={operations.token.delete}
        input={{ params: { name: toDelete?.name ?? '' } }}
        onDone={() => tellDone('The token was deleted.')}
      >
        Whatever signs in with it is refused from then on. It can't be brought back.
      </Confirm>
    </Page>
  );
}

function columnsOf(askToDelete: (token: Token) => void): readonly Column<Token>[] {
  return [
    { title: 'Name', width: 'minmax(8rem, 2fr)', narrow: '1fr', cell: ({ name }) => <span title={name}>{name}</span> },
    { title: 'Role', width: '5rem', narrow: '5rem', cell: ({ role }) => role },
    {
      title: 'Whose',
      width: 'minmax(6rem, 1fr)',
      cell: ({ user, createdBy }) => (user === null ? createdBy : `LoadMaster API key of ${user}`),
    },
    {
      title: 'Last used',
      width: '8rem',
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Moment at={lastUsedAt} as="distance" />),
    },
    {
      title: 'Expires',
      width: '8rem',
      cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <Moment at={expiresAt} as="distance" />),
    },
    {
      title: 'Actions',
      width: '6rem',
      narrow: '5.5rem',
      cell: token => (
        <ActionButton
          operation={operations.token.delete}
          onClick={() => askToDelete(token)}
          size="compact-xs"
          variant="default"
        >
          Delete
        </ActionButton>
      ),
    },
  ];
}
