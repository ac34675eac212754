import type { Operation, OperationInput, OperationReply } from '@certfleet/contract';
import { TextInput } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { useCall } from '../call.js';
import { Dialog, DialogForm } from './dialog.js';

interface ConfirmProps<O extends Operation> {
  opened: boolean;
  onClose: () => void;
  /** As a question: `Delete the certificate www?` */
  title: string;
  /** What will happen, and what depends on the thing. */
  children: ReactNode;
  /** On the button, as a verb: `Delete`. */
  verb: string;
  operation: O;
  input: OperationInput<O>;
  /** Where it can't be undone: the thing's name, which the person types. */
  nameToType?: string;
  onDone?: (reply: OperationReply<O>) => unknown;
}

/** Asks before something is done that hurts, does it, and stays with the server's words when that refuses. */
export function Confirm<O extends Operation>(props: ConfirmProps<O>) {
  const { opened, onClose, title } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      {() => <Question {...props} />}
    </Dialog>
  );
}

function Question<O extends Operation>({
  onClose,
  children,
  verb,
  operation,
  input,
  nameToType,
  onDone,
}: ConfirmProps<O>) {
  const [typed, setTyped] = useState('');
  const call = useCall(operation, {
    onDone: async reply => {
      onClose();
      await onDone?.(reply);
    },
  });
  const isSure = nameToType === undefined || typed.trim() === nameToType;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isSure) call.mutate(input);
  };
  return (
    <DialogForm {...call} submit={submit} onClose={onClose} verb={verb} isGrave isReady={isSure}>
      <div>{children}</div>
      {nameToType !== undefined && (
        <TextInput
          label={`Type ${nameToType} to go on`}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
        />
      )}
    </DialogForm>
  );
}
