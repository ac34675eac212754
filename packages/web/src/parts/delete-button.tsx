import type { Operation, OperationInput } from '@certfleet/contract';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { ActionButton } from './action.js';
import { Confirm } from './confirm.js';
import { tellDone } from './done.js';

interface DeleteButtonProps<O extends Operation> {
  /** With its kind: `the policy web`. */
  what: string;
  operation: O;
  input: OperationInput<O>;
  /** Where nothing brings it back: its name, which the person types. */
  nameToType?: string;
  /** Why it can't be deleted now; null or left out: it can. */
  refusal?: string | null;
  onDone: () => unknown;
  /** What depends on it. */
  children: ReactNode;
}

/** At the head of a thing's page: asks, deletes it, and says so. */
export function DeleteButton<O extends Operation>({ what, refusal, onDone, children, ...call }: DeleteButtonProps<O>) {
  const [isAsking, { open, close }] = useDisclosure(false);
  return (
    <>
      <ActionButton operation={call.operation} refusal={refusal} variant="default" color="red" onClick={open}>
        Delete
      </ActionButton>
      <Confirm
        opened={isAsking}
        onClose={close}
        title={`Delete ${what}?`}
        verb="Delete"
        onDone={() => {
          tellDone(`${what.charAt(0).toUpperCase()}${what.slice(1)} was deleted.`);
          return onDone();
        }}
        {...call}
      >
        {children}
      </Confirm>
    </>
  );
}
