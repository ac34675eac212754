import { ApiError, type Operation, type OperationInput, type OperationReply, type Page } from '@certfleet/contract';
import { MutationCache, type Query, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { reading, Unreachable } from './api.js';

/** Of who is signed in. */
export const sessionKey = ['session'];

/**
 * What the browser says of the network is not waited for: Certfleet may be on this side of what is down, and what
 * somebody clicked must fail now rather than be done an hour later.
 */
const networkMode = 'always';

/**
 * Reads are kept for the page that shows them, and read again when the server says that something has changed. Whatever
 * is refused for want of a session has the session looked at again, which leads to the sign-in when it is over.
 */
export function newQueryClient(): QueryClient {
  /** What is there no more is shown no more. */
  const lookAtRead = (error: unknown, query: Query<unknown, unknown, unknown>) => {
    lookAtSession(error);
    if (isGone(error)) query.setState({ data: undefined });
  };
  const lookAtSession = (error: unknown) => {
    if (isUnauthenticated(error)) client.invalidateQueries({ queryKey: sessionKey });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: lookAtRead }),
    mutationCache: new MutationCache({ onError: lookAtSession }),
    defaultOptions: {
      queries: {
        networkMode,
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
        retry: (failures, error) => error instanceof Unreachable || (isBusy(error) && failures < 3),
        retryDelay: failures => Math.min(1_000 * 2 ** failures, 10_000),
      },
      // What is sent and comes back may be a password, a token or a key: it is forgotten with what asked for it.
      mutations: { networkMode, gcTime: 0 },
    },
  });
  return client;
}

/** The server does not know who asks: nobody is signed in, or no longer. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 401;
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 404;
}

function isBusy(error: unknown): boolean {
  return error instanceof ApiError && (error.problem.status === 503 || error.problem.status === 429);
}

/** A reading operation as a query. Its key begins with the collection that it reads, `certificates`. */
export function read<O extends Operation>(operation: O, input: OperationInput<O>) {
  return queryOptions(asked(operation, input));
}

/**
 * A reading operation for which the server asks others, such as a CA or whoever serves a certificate: it is not repeated
 * for what has happened to something else.
 */
export function readOutside<O extends Operation>(operation: O, input: OperationInput<O>) {
  return queryOptions({ ...asked(operation, input), meta: { isOutside: true } });
}

/** So many are asked for at a time where all are read: as many as the server gives. */
const largestPage = 1_000;

/**
 * All of a list, page after page, however many there are: for what has to be known of all of them. `T`: what is listed.
 */
export function readAll<T>(operation: Operation, input: { params?: object; query?: object }) {
  return queryOptions({
    queryKey: [collectionAt(operation.path), operation.path, { ...input, pages: 'all' }],
    queryFn: async (): Promise<T[]> => {
      const all: T[] = [];
      let cursor: string | null = null;
      do {
        const query = { ...input.query, limit: largestPage, ...(cursor === null ? {} : { cursor }) };
        const page = (await reading.call(operation, { ...input, query } as never)) as unknown as Page<T>;
        all.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return all;
    },
  });
}

function asked<O extends Operation>(operation: O, input: OperationInput<O>) {
  return {
    queryKey: [collectionAt(operation.path), operation.path, input],
    queryFn: (): Promise<OperationReply<O>> => reading.call(operation, input),
  };
}

/** The collection of an operation's path: `certificates` of `/certificates/{name}/renew`. */
export function collectionAt(path: string): string {
  return path.split('/')[1] ?? '';
}
