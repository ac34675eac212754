import type { z } from 'zod';
import type { Operation } from './operations/operation.js';
import { Problem } from './problem.js';

type Input<S> = S extends z.ZodType ? z.input<S> : undefined;
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;
type Part<O, K extends string> = O extends Record<K, infer S> ? { [P in K]: Input<S> } : unknown;
/** A query may be left out: all of its fields have defaults or are optional. */
type QueryPart<O> = O extends { query: infer S } ? { query?: Input<S> } : unknown;
type HeadersPart<O> = O extends { headers: infer S } ? { headers?: Input<S> } : unknown;

/** What an operation is called with. */
export type OperationInput<O extends Operation> = Part<O, 'params'> &
  QueryPart<O> &
  HeadersPart<O> &
  Part<O, 'body'> &
  (O extends { upload: true } ? { upload: AsyncIterable<Uint8Array> } : unknown);
/** What an operation answers. A file comes as it is sent: it has to be read to its end. */
export type OperationReply<O extends Operation> = O extends { download: true }
  ? AsyncIterable<Uint8Array>
  : O extends { reply: infer S }
    ? Output<S>
    : undefined;

/** The server answered with a problem. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** What answers is not this version's server: another version, or something else altogether. */
export class ReplyError extends Error {
  override name = 'ReplyError';
}

/** How a request gets to the server: the browser's fetch, or one that pins the server's certificate. */
export type Transport = (
  path: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string | AsyncIterable<Uint8Array>;
    /** A file is made or taken in before there is an answer: that may take minutes. */
    isPatient?: boolean;
    /** Aborted when nobody wants the answer any more. */
    signal?: AbortSignal;
  },
) => Promise<{
  status: number;
  text(): Promise<string>;
  /** The body as it comes, instead of {@link text}. */
  bytes(): AsyncIterable<Uint8Array>;
}>;

/** A client that can call each operation of the table, with its types. */
export class ApiClient {
  readonly #transport: Transport;
  readonly #headers: () => Record<string, string>;

  /** `headers` are added to each request: a token's Authorization, a session's x-csrf-token. */
  constructor(transport: Transport, headers: () => Record<string, string> = () => ({})) {
    this.#transport = transport;
    this.#headers = headers;
  }

  /**
   * Calls an operation. Throws {@link ApiError} with the server's problem, {@link ReplyError} for a reply that is not what
   * the operation says, or what the transport throws.
   */
  async call<O extends Operation>(
    operation: O,
    input: OperationInput<O>,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<OperationReply<O>> {
    const { params = {}, query = {}, headers, body, upload } = input as AnyInput;
    const content = upload ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await this.#transport(pathOf(operation, params, query), {
      method: operation.method,
      headers: {
        accept: 'application/json',
        ...(content === undefined ? {} : { 'content-type': upload ? 'application/octet-stream' : 'application/json' }),
        ...headers,
        ...this.#headers(),
      },
      ...(content === undefined ? {} : { body: content }),
      ...(operation.upload || operation.download ? { isPatient: true } : {}),
      ...(signal ? { signal } : {}),
    });
    if (operation.download && response.status < 400) return response.bytes() as OperationReply<O>;
    const text = await response.text();
    if (response.status >= 400) throw new ApiError(readProblem(response.status, text));
    return (operation.reply ? readReply(operation.reply, text) : undefined) as OperationReply<O>;
  }
}

interface AnyInput {
  params?: object;
  query?: object;
  headers?: Record<string, string>;
  body?: unknown;
  upload?: AsyncIterable<Uint8Array>;
}

/** Where an operation is, from the server's root: for links to what is downloaded. */
export function pathOf(operation: Operation, params: object, query: object): string {
  const values = new Map(Object.entries(params));
  const path = operation.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(values.get(key))));
  const search = new URLSearchParams(
    Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
  return `/api/v1${path}${search && `?${search}`}`;
}

function readReply(schema: z.ZodType, text: string): unknown {
  const reply = schema.safeParse(parseJson(text));
  if (reply.success) return reply.data;
  const [{ path, message } = { path: [], message: 'no reason' }, ...others] = reply.error.issues;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  throw new ReplyError(`The server's reply can't be read by this version: ${path.join('.')}: ${message}${more}.`, {
    cause: reply.error,
  });
}

/** What a reply of 400 or more says. Throws {@link ReplyError} when it was not Certfleet that answered. */
export function readProblem(status: number, text: string): Problem {
  const problem = Problem.safeParse(parseJson(text, status));
  if (problem.success) return problem.data;
  throw foreignReply(text, status, problem.error);
}

function parseJson(text: string, status = 200): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw foreignReply(text, status, cause);
  }
}

function foreignReply(text: string, status: number, cause: unknown): ReplyError {
  const what = status < 400 ? 'a reply' : 'a problem';
  return new ReplyError(
    `The server answered ${status} with something that is not ${what} of Certfleet: ${text.slice(0, 200)}`,
    { cause },
  );
}
