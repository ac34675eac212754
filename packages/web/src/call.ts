import type { Operation, OperationInput, OperationReply } from '@certfleet/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from './api.js';
import { collectionAt } from './query.js';

/**
 * An operation that changes something, to be called with its input by `mutate`. Nothing is shown as done before the
 * server has said so: what the pages have read of the same collection is read again then, also where the server's own
 * news is late. Whoever has gone to another page or step meanwhile stays there, and is told what came of it: `onDone` is
 * for the place that asked, where also a failure stands as long as it is shown. `onReply` comes before, wherever the
 * person is by then, for what must not be lost, such as a file to save: what it returns is told.
 */
export function useCall<O extends Operation>(
  operation: O,
  { onDone, onReply }: { onDone?: (reply: OperationReply<O>) => unknown; onReply?: OnReply<OperationReply<O>> } = {},
) {
  const client = useQueryClient();
  const isShown = useIsShown();
  return useMutation<OperationReply<O>, Error, OperationInput<O>, Address>({
    onMutate: address,
    mutationFn: input => api.call(operation, input),
    onSuccess: async (reply, _, begunAt) => {
      client.invalidateQueries({ queryKey: [collectionAt(operation.path)] });
      const isHere = () => isAt(begunAt, isShown.current);
      const told = (await onReply?.(reply, isHere())) ?? (isHere() ? undefined : `Done: ${operation.summary}.`);
      if (told !== undefined) await tellLater(({ tellDone }) => tellDone(told));
      if (isHere()) await onDone?.(reply);
    },
    onError: async error => {
      if (!isShown.current) await tellLater(({ tellFailure }) => tellFailure(`Failed: ${operation.summary}`, error));
    },
  });
}

/** `isHere`: whether the person is still where it was asked. */
type OnReply<Reply> = (reply: Reply, isHere: boolean) => string | undefined | Promise<string>;

type Address = Pick<Location, 'pathname' | 'search'>;

function address(): Address {
  const { pathname, search } = window.location;
  return { pathname, search };
}

/**
 * Whether the person is still at the page, and the step, that asked. The search alone does not tell: it has the step of
 * the wizard, and what a list is narrowed to. Nor does what asked (`isShown`): the server's news of what it did may have
 * taken it from the screen, as the button with the thing that it deletes.
 */
function isAt(begunAt: Address, isShown: boolean): boolean {
  const { pathname, search } = address();
  return pathname === begunAt.pathname && (isShown || search === begunAt.search);
}

/** Whether what uses it is still on the screen. */
function useIsShown(): { readonly current: boolean } {
  const isShown = useRef(false);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return isShown;
}

/** The first page does without what tells. */
async function tellLater(tell: (done: typeof import('./parts/done.js')) => void): Promise<void> {
  tell(await import('./parts/done.js'));
}
