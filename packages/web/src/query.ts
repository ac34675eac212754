import { ApiError, type Operation, type OperationInput, type OperationReply } from '@certfleet/contract';
import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { api, Unreachable } from './api.js';

/** Of who is signed in. */
export const sessionKey = ['session'];

/**
 * Reads are kept for the page that shows them, and read again when the server says that something has changed. Whatever
 * is refused for want of a session has the session looked at again, which leads to the sign-in when it is over.
 */
export function newQueryClient(): QueryClient {
  const lookAtSession = (error: unknown) => {
    if (isUnauthenticated(error)) client.invalidateQueries({ queryKey: sessionKey });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: lookAtSession }),
    mutationCache: new MutationCache({ onError: lookAtSession }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
        retry: (failures, error) => error instanceof Unreachable || (isBusy(error) && failures < 3),
        retryDelay: failures => Math.min(1_000 * 2 ** failures, 10_000),
      },
    },
  });
  return client;
}

/** The server does not know who asks: nobody is signed in, or no longer. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 401;
}

function isBusy(error: unknown): boolean {
  return error instanceof ApiError && (error.problem.status === 503 || error.problem.status === 429);
}

/** A reading operation as a query. Its key begins with the collection that it reads, `certificates`. */
export function read<O extends Operation>(operation: O, input: OperationInput<O>) {
  return queryOptions({
    queryKey: [collectionAt(operation.path), operation.path, input],
    queryFn: (): Promise<OperationReply<O>> => api.call(operation, input),
  });
}

/** The collection of an operation's path: `certificates` of `/certificates/{name}/renew`. */
export function collectionAt(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The collection that an event's subject belongs to: `certificate:www` is one of `certificates`. */
export function collectionOf(subject: string | null): string | null {
  const noun = subject?.split(':')[0];
  if (!noun) return null;
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}
