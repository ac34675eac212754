import { type Operation, operations, parseInput, type Role } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import { type Actor, includesRole } from '../http/actor.js';
import type { Exchange, HandlerInput, HandlerReply, Handlers } from '../http/handlers.js';
import type { SystemLog } from '../system-log.js';
import { LoadMasterError } from './errors.js';
import type { Parameters } from './parameters.js';

/** One command of LoadMaster's API: `/access/<name>`, or `{"cmd": "<name>"}` to `/accessv2`. */
export interface Command {
  /** In lower case; sub-commands with a dot, as in version 2: `logging.savelogs`. */
  name: string;
  /** The least role that may use it. */
  role: Role;
  /** Whether it changes something, or gives out secrets or the log: it then leaves an event, whatever its outcome. */
  changes: boolean;
  /** In LoadMaster's spelling, whose case does not matter; anything else is refused by name. */
  parameters: readonly string[];
  /** Those that must not be logged, beside those of redact.ts. */
  secrets?: (parameters: Parameters) => readonly string[];
  /** Takes an uploaded file: the raw body of a POST in version 1, base64 in `data` in version 2. */
  upload?: boolean;
  /** Throws a LoadMasterError, or what the actions throw: errors.ts knows how that is answered. */
  run(call: Call): Promise<Reply>;
}

/** One use of a command. */
export interface Call {
  parameters: Parameters;
  /** The uploaded file; null when there is none, or it is empty. */
  body: Buffer | null;
  actor: Actor;
  /** Name of the user whose password or API key was sent; null: an API token that is nobody's. */
  user: string | null;
  engine: Engine;
  /** The actions of the REST API; called through {@link ask}, which checks as that API does. */
  handlers: Handlers;
  systemLog: SystemLog;
  /** 1: XML. 2: JSON. */
  version: 1 | 2;
  /** Aborted when the server is being stopped, which waits for every answer: a command that waits ends then. */
  stopping: AbortSignal;
}

/**
 * What is answered with 200.
 *
 * `data` is what stands in XML's `<Data>`, and at the top level of JSON; with `underData` JSON has it a second time
 * under `Data`. XML has no room for a message beside data and leaves it out. `file` is the bytes themselves in version
 * 1, base64 in `data` in version 2. `note` is for the event alone: sentences that say what "done" does not.
 */
export type Reply = (
  | { message: string }
  | { data: Data; message?: string; underData?: boolean }
  | { file: Buffer; name: string; contentType: string }
) & { note?: string };

/**
 * An object in LoadMaster's words. A list is a repeated element in XML and always an array in JSON, also when empty.
 */
export interface Data {
  [field: string]: Value | readonly Value[] | undefined;
}
/** Booleans are `Y` and `N` in XML. */
export type Value = string | number | boolean | Data;

/** What most commands that change something answer. */
export const completed: { message: string } = { message: 'Command completed ok' };

type Operations = typeof operations;
type Ask<O> = HandlerInput<O> extends infer Input ? { [K in keyof Input]: unknown } : never;

/**
 * Does what an operation of the REST API does, as its caller: the same role, the same checks of the input by the
 * contract's schemas, the same events. Throws as its handler does; 403 when the role is not enough, ZodError for input
 * that the schemas refuse.
 */
export async function ask<Noun extends keyof Operations, Verb extends keyof Operations[Noun] & string>(
  call: Pick<Call, 'actor' | 'handlers'>,
  noun: Noun,
  verb: Verb,
  input: Ask<Operations[Noun][Verb]>,
): Promise<Awaited<HandlerReply<Operations[Noun][Verb]>>> {
  const operation = (operations[noun] as Record<string, Operation>)[verb] as Operation;
  if (operation.role !== 'anyone' && !includesRole(call.actor.role, operation.role)) throw LoadMasterError.forbidden();
  const parsed = parseInput(operation, { params: {}, query: {}, body: undefined, ...input });
  const handler = call.handlers[noun][verb] as unknown as (
    input: object,
    actor: Actor,
    exchange: Exchange,
  ) => HandlerReply<Operations[Noun][Verb]>;
  return await handler(parsed, call.actor, noExchange);
}

/** Of no use to the operations that commands ask for; signing in is not among them. */
const noExchange: Exchange = {
  address: '',
  session: null,
  setSessionCookie() {
    throw new TypeError("LoadMaster's API has no session cookies.");
  },
};
