import { type BulkAction, isForGood, mostNamed, type Operation, operations } from '@certfleet/contract';
import { Button, Group, Text } from '@mantine/core';
import { ActionButton } from '../../../parts/action.js';
import { ProblemAlert } from '../../../parts/problem-alert.js';
import { type Choice, selectionOf } from './choice.js';
import { useBulkPreview } from './use-bulk-preview.js';

const { certificate: ops } = operations;

const actions: readonly { action: BulkAction['action']; operation: Operation; label: string }[] = [
  { action: 'renew', operation: ops.renew, label: 'Renew…' },
  { action: 'assign', operation: ops.assign, label: 'Assign…' },
  { action: 'unassign', operation: ops.unassign, label: 'Unassign…' },
  { action: 'export', operation: ops.bulkExport, label: 'Export…' },
  { action: 'revoke', operation: ops.revoke, label: 'Revoke…' },
  { action: 'delete', operation: ops.delete, label: 'Delete…' },
];

interface BulkBarProps {
  choice: Choice;
  chooseAll: () => void;
  clear: () => void;
  begin: (action: BulkAction['action']) => void;
}

/** How many are chosen, and what can be done with all of them. */
export function BulkBar({ choice, chooseAll, clear, begin }: BulkBarProps) {
  const selection = selectionOf(choice);
  const counting = useBulkPreview({ action: 'export' }, choice.kind === 'matching' ? selection : null);
  const count = choice.kind === 'named' ? choice.names.size : counting.preview?.total;
  const isFull = (choice.kind === 'named' ? choice.names : choice.except).size === mostNamed;
  return (
    <>
      <Group gap="xs" role="toolbar" aria-label="With the chosen certificates">
        <Text size="sm" role="status" miw="6rem">
          {count === undefined ? 'Counting…' : `${count.toLocaleString('en')} chosen`}
        </Text>
        <Button size="xs" variant="default" onClick={chooseAll}>
          Choose all that match
        </Button>
        {selection && (
          <>
            <Button size="xs" variant="subtle" onClick={clear}>
              Choose none
            </Button>
            {actions.map(({ action, operation, label }) => (
              <ActionButton
                key={action}
                size="xs"
                variant="light"
                operation={operation}
                onClick={() => begin(action)}
                {...(isForGood(action) && { color: 'red' })}
              >
                {label}
              </ActionButton>
            ))}
          </>
        )}
      </Group>
      {isFull && (
        <Text size="sm">
          One by one, no more than {mostNamed.toLocaleString('en')} can be{' '}
          {choice.kind === 'named'
            ? 'chosen: choose all that match instead'
            : 'left out: narrow the table down instead'}
          .
        </Text>
      )}
      {counting.error && <ProblemAlert error={counting.error} retry={counting.refetch} />}
    </>
  );
}
