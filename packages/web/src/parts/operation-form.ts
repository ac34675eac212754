import { ApiError, type Operation, type OperationInput, type OperationReply, parseInput } from '@certfleet/contract';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';
import { z } from 'zod';
import { useCall } from '../call.js';

interface OperationFormOptions<O extends Operation, Values extends Record<string, unknown>> {
  operation: O;
  initial: Values;
  /** What the operation is called with for what was typed. */
  input: (values: Values) => OperationInput<O>;
  onDone?: (reply: OperationReply<O>, values: Values) => unknown;
  /** As that of `useCall`. */
  onReply?: (reply: OperationReply<O>, isHere: boolean, values: Values) => string | undefined | Promise<string>;
  /** The field of the form for a path of the body, where they differ: `expiresAt` is at `days`. */
  fieldOf?: (path: string) => string;
}

interface OperationForm<Values extends Record<string, unknown>> {
  form: UseFormReturnType<Values>;
  operation: Operation;
  submit: (event: SyntheticEvent) => void;
  isPending: boolean;
  /** What no field can show. */
  error: Error | null;
}

/**
 * A form that calls an operation. What was typed is checked by the operation's own schemas before it is sent. What they or
 * the server find stands at its field, or at the one that it is a part of: `names.3` at `names`. The rest is `error`, for a
 * `ProblemAlert` above the button. Of a change only those parts of the body are sent that somebody has changed here: what
 * others have changed meanwhile stays so, and comes into the fields that nobody has touched, as soon as `initial` has it.
 */
export function useOperationForm<O extends Operation, Values extends Record<string, unknown>>({
  operation,
  initial,
  input,
  onDone,
  onReply,
  fieldOf = path => path,
}: OperationFormOptions<O, Values>): OperationForm<Values> {
  // With a name of its own its fields are not taken for those of another form on the page. Names have no other signs.
  const name = useId().replace(/[^0-9a-z]/gi, '-');
  const form = useForm<Values>({ name, mode: 'controlled', initialValues: initial });
  const call = useCall(operation, {
    onDone: reply => onDone?.(reply, form.getValues()),
    ...(onReply && { onReply: (reply, isHere) => onReply(reply, isHere, form.getValues()) }),
  });
  /** What the server had when the form was opened, or has been sent since. */
  const known = useRef(initial);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when what it holds is another, not when it is made anew
  useEffect(() => {
    const before = known.current;
    known.current = initial;
    if (!isSame(before, initial)) form.setValues(values => withNews(values, before, initial));
  }, [JSON.stringify(initial)]);
  const [unsent, setUnsent] = useState<readonly Fault[]>([]);
  const fieldAt = (path: string) => withParents(fieldOf(path)).find(field => form.getInputNode(field) !== null);
  const show = (faults: readonly Fault[]) => {
    const placed = faults.flatMap(({ path, message }) => {
      const field = fieldAt(path);
      return field === undefined ? [] : [[field, message] as const];
    });
    form.setErrors(Object.fromEntries(placed));
    const [first] = placed;
    if (first) form.getInputNode(first[0])?.focus();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    form.clearErrors();
    call.reset();
    const values = form.getValues();
    const all = input(values);
    const faults = faultsOf(operation, all as object);
    setUnsent(faults);
    if (faults.length > 0) return show(faults);
    call.mutate(operation.method === 'PATCH' ? changed(all, input(known.current)) : all, {
      onSuccess: () => {
        known.current = values;
      },
      onError: error => show(faultsIn(error)),
    });
  };
  const faults = call.error ? faultsIn(call.error) : unsent;
  const unplaced = faults.filter(({ path }) => fieldAt(path) === undefined);
  const isShownAtFields = faults.length > 0 && unplaced.length === 0;
  const error = call.error ?? (unplaced.length === 0 ? null : new Error(unplaced.map(inWords).join(' ')));
  return { form, operation, submit, isPending: call.isPending, error: isShownAtFields ? null : error };
}

/** A part of the input that is refused. */
interface Fault {
  path: string;
  message: string;
}

function faultsIn(error: Error): readonly Fault[] {
  return error instanceof ApiError ? (error.problem.errors ?? []) : [];
}

function inWords({ path, message }: Fault): string {
  return `${path}: ${message}`;
}

type Parts = Record<string, unknown>;

/** An input without those parts of its body that are as they were. A plugin's `config` is changed part by part as well. */
function changed<Input>(now: Input, before: Input): Input {
  const bodyOf = (input: Input) => (input as { body: Parts }).body;
  const body = changedParts(bodyOf(now), bodyOf(before));
  const was = bodyOf(before).config;
  if (isParts(body.config) && isParts(was)) body.config = changedParts(body.config, was);
  return { ...now, body };
}

function changedParts(now: Parts, before: Parts): Parts {
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => !isSame(value, before[key])));
}

/** What is typed, with what has come from the server since where nobody has changed anything, part by part. */
function withNews<Values extends Parts>(typed: Values, before: Parts, now: Parts): Values {
  const part = (key: string, value: unknown) => {
    const [was, is] = [before[key], now[key]];
    if (isParts(value) && isParts(was) && isParts(is)) return withNews(value, was, is);
    return isSame(value, was) ? is : value;
  };
  return Object.fromEntries(Object.entries(typed).map(([key, value]) => [key, part(key, value)])) as Values;
}

/** Neither a file nor a list, which are changed as wholes. */
function isParts(value: unknown): value is Parts {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A path and those that it is a part of, the nearest first: `a.b` and `a`. */
function withParents(path: string): string[] {
  const steps = path.split('.');
  return steps.map((_, index) => steps.slice(0, steps.length - index).join('.'));
}

/** What stands at a path of the body, or of the other parts of the input. */
function valueAt(input: object, path: readonly PropertyKey[]): unknown {
  const step = (value: unknown, key: PropertyKey) => (value as Record<PropertyKey, unknown> | undefined)?.[key];
  const { body, ...others } = input as { body?: unknown };
  return [body, ...Object.values(others)].map(part => path.reduce(step, part)).find(value => value !== undefined);
}

/** What a rule for what is typed says nothing useful of. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** What the operation's schemas refuse, by path of the part it is in: `names.0`, not `body.names.0`. */
function faultsOf(operation: Operation, input: object): Fault[] {
  try {
    parseInput(operation, { params: undefined, query: undefined, body: undefined, ...input });
    return [];
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      message: isEmpty(valueAt(input, path)) ? 'Must not be empty.' : message,
    }));
  }
}
