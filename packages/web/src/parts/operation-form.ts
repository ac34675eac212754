import { ApiError, type Operation, type OperationInput, type OperationReply, parseInput } from '@certfleet/contract';
import { type UseFormReturnType, useForm } from '@mantine/form';
import type { SyntheticEvent } from 'react';
import { z } from 'zod';
import { useCall } from '../call.js';

interface OperationFormOptions<O extends Operation, Values extends Record<string, unknown>> {
  operation: O;
  initial: Values;
  /** What the operation is called with for what was typed. */
  input: (values: Values) => OperationInput<O>;
  onDone?: (reply: OperationReply<O>, values: Values) => unknown;
  /** The field of the form for a path of the body, where they differ: `config.host` is at `host`. */
  fieldOf?: (path: string) => string;
}

interface OperationForm<Values extends Record<string, unknown>> {
  form: UseFormReturnType<Values>;
  submit: (event: SyntheticEvent) => void;
  isPending: boolean;
  /** What no field can show. */
  error: Error | null;
}

/**
 * A form that calls an operation. What was typed is checked by the operation's own schemas before it is sent, and what the
 * server still finds stands at its field; the rest is `error`, for a `ProblemAlert` above the button.
 */
export function useOperationForm<O extends Operation, Values extends Record<string, unknown>>({
  operation,
  initial,
  input,
  onDone,
  fieldOf = path => path,
}: OperationFormOptions<O, Values>): OperationForm<Values> {
  const form = useForm<Values>({ mode: 'controlled', initialValues: initial });
  const call = useCall(operation, { onDone: reply => onDone?.(reply, form.getValues()) });
  const hasField = (path: string) => form.getInputNode(path) !== null;
  const show = (faults: readonly { path: string; message: string }[]) => {
    form.setErrors(Object.fromEntries(faults.map(({ path, message }) => [fieldOf(path), message])));
    const first = faults[0];
    if (first) form.getInputNode(fieldOf(first.path))?.focus();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    form.clearErrors();
    const values = input(form.getValues());
    const faults = faultsOf(operation, values as object);
    if (faults.length > 0) return show(faults);
    call.mutate(values, {
      onError: error => {
        if (error instanceof ApiError && error.problem.errors) show(error.problem.errors);
      },
    });
  };
  const faults = call.error instanceof ApiError ? (call.error.problem.errors ?? []) : [];
  const isShownAtFields = faults.length > 0 && faults.every(({ path }) => hasField(fieldOf(path)));
  return { form, submit, isPending: call.isPending, error: isShownAtFields ? null : call.error };
}

/** What the operation's schemas refuse, by path of the part it is in: `names.0`, not `body.names.0`. */
function faultsOf(operation: Operation, input: object): { path: string; message: string }[] {
  try {
    parseInput(operation, { params: undefined, query: undefined, body: undefined, ...input });
    return [];
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  }
}
