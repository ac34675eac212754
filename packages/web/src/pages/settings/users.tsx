import { operations, type User } from '@certfleet/contract';
import { Group, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Moment } from '../../parts/moment.js';
import { Page } from '../../parts/page.js';
import { type Column, Rows } from '../../parts/rows.js';
import { useSession } from '../../session/session.js';
import { ForRole } from './for-role.js';
import { ChangeUser, CreateUser } from './user-forms.js';
import { UserTokens } from './user-tokens.js';

type Dialog = { kind: 'create' } | { kind: 'change' | 'delete'; user: User } | null;

/** Who may sign in. */
export function UsersPage() {
  const session = useSession();
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const columns = useMemo(() => columnsOf(session.name, setDialog), [session.name]);
  return (
    <Page
      title="Users"
      actions={
        <ActionButton operation={operations.user.create} onClick={() => setDialog({ kind: 'create' })}>
          Create a user
        </ActionButton>
      }
    >
      <ForRole operation={operations.user.list}>
        <Rows
          operation={operations.user.list}
          query={{}}
          columns={columns}
          label="Users"
          keyOf={({ id }: User) => id}
          empty={<Text>Nobody may sign in.</Text>}
        />
      </ForRole>
      {dialog?.kind === 'create' && <CreateUser onClose={close} />}
      {dialog?.kind === 'change' && <ChangeUser user={dialog.user} onClose={close} />}
      <Confirm
        opened={dialog?.kind === 'delete'}
        onClose={close}
        title={`Delete the user ${dialog?.kind === 'delete' ? dialog.user.name : ''}?`}
        verb="Delete"
        nameToType={dialog?.kind === 'delete' ? dialog.user.name : ''}
        operation={operations.user.delete}
        input={{ params: { name: dialog?.kind === 'delete' ? dialog.user.name : '' } }}
        onDone={() => tellDone('The user was deleted.')}
      >
        {dialog?.kind === 'delete' && <UserTokens user={dialog.user.name} />}
        {dialog?.kind === 'delete' && dialog.user.name === session.name && (
          <Text mt="xs">This is you: you are signed out at once.</Text>
        )}
      </Confirm>
    </Page>
  );
}

function columnsOf(own: string, show: (dialog: Dialog) => void): readonly Column<User>[] {
  return [
    {
      title: 'Name',
      width: 'minmax(8rem, 2fr)',
      narrow: '1fr',
      cell: ({ name }) => <span title={name}>{name === own ? `${name} (you)` : name}</span>,
    },
    { title: 'Role', width: '6rem', cell: ({ role }) => role },
    {
      title: 'Last sign-in',
      width: '9rem',
      cell: ({ lastSignInAt }) => (lastSignInAt === null ? 'never' : <Moment at={lastSignInAt} as="distance" />),
    },
    { title: 'Created', width: '8rem', cell: ({ createdAt }) => <Moment at={createdAt} as="day" /> },
    {
      title: 'Actions',
      width: '11rem',
      narrow: '10rem',
      cell: user => (
        <Group gap={4} wrap="nowrap">
          <ActionButton
            operation={operations.user.change}
            onClick={() => show({ kind: 'change', user })}
            size="compact-xs"
            variant="default"
          >
            Change
          </ActionButton>
          <ActionButton
            operation={operations.user.delete}
            onClick={() => show({ kind: 'delete', user })}
            size="compact-xs"
            variant="default"
          >
            Delete
          </ActionButton>
        </Group>
      ),
    },
  ];
}
