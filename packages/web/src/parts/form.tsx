import type { Operation } from '@certfleet/contract';
import { Alert, Group, Stack } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useId } from 'react';
import { useRefusal } from '../session/session.js';
import { SubmitButton } from './action.js';
import { ProblemAlert } from './problem-alert.js';

interface FormProps {
  onSubmit: (event: SyntheticEvent) => void;
  /** It stands on the page, not in a dialog. */
  isSheet?: boolean;
  children: ReactNode;
}

/** A form whose fields stand below each other. The schemas check what is typed, with better words than the browser's. */
export function Form({ onSubmit, isSheet = false, children }: FormProps) {
  return (
    <form noValidate onSubmit={onSubmit} {...(isSheet && { className: 'sheet fields' })}>
      <Stack>{children}</Stack>
    </form>
  );
}

/** The first four as `useOperationForm` gives them. */
interface OperationFormProps extends Pick<FormProps, 'children'> {
  /** Whose least role the person needs. */
  operation: Operation;
  submit: FormProps['onSubmit'];
  isPending: boolean;
  /** What no field shows. */
  error: Error | null;
  /** On the button, as a verb: `Create`. */
  verb: string;
  /** Why it can't be done to this thing now; null or left out: it can. */
  refusal?: string | null;
  /** Whether there is enough to be sent. */
  isReady?: boolean;
  /** Another button, beside the one that sends it. */
  other?: ReactNode;
}

/**
 * A form on a page that calls an operation. Whoever may not do so is told why above it, before they would fill it in, and
 * sees what is in its fields.
 */
export function OperationForm({ operation, submit, isPending, error, verb, children, ...rest }: OperationFormProps) {
  const { refusal = null, isReady = true, other } = rest;
  const why = useRefusal(operation) ?? refusal;
  const note = useId();
  return (
    <Form isSheet onSubmit={submit}>
      {why !== null && <Note id={note}>{why}</Note>}
      <fieldset disabled={why !== null} {...(why === null ? {} : { 'aria-describedby': note })} className="plain">
        <Stack>{children}</Stack>
      </fieldset>
      {error && <ProblemAlert error={error} />}
      <Group>
        <SubmitButton operation={operation} refusal={why ?? (isReady ? null : notReady)} loading={isPending}>
          {verb}
        </SubmitButton>
        {other}
      </Group>
    </Form>
  );
}

const notReady = 'Something that it needs is missing yet.';

/** Above what leads to a form: tells those whose role is not enough for it, before they begin. */
export function RoleNote({ operation }: { operation: Operation }) {
  const refusal = useRefusal(operation);
  return refusal === null ? null : <Note>{refusal}</Note>;
}

function Note({ id, children }: { id?: string; children: string }) {
  return (
    <Alert id={id} color="gray" role="note">
      {children}
    </Alert>
  );
}
