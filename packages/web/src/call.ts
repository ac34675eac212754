import type { Operation, OperationInput, OperationReply } from '@certfleet/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from './api.js';
import { collectionAt } from './query.js';

/**
 * An operation that changes something, to be called with its input by `mutate`. Nothing is shown as done before the
 * server has said so: what the pages have read of the same collection is read again then, also where the server's own
 * news is late.
 */
export function useCall<O extends Operation>(
  operation: O,
  { onDone }: { onDone?: (reply: OperationReply<O>) => unknown } = {},
) {
  const client = useQueryClient();
  return useMutation<OperationReply<O>, Error, OperationInput<O>>({
    mutationFn: input => api.call(operation, input),
    onSuccess: async reply => {
      client.invalidateQueries({ queryKey: [collectionAt(operation.path)] });
      await onDone?.(reply);
    },
  });
}
