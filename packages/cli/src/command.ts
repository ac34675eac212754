import type { ApiClient, Operation, OperationInput, OperationReply } from '@certfleet/contract';
import type { z } from 'zod';
import type { Connection } from './connection/connect.js';
import type { ExitCode } from './exit-codes.js';
import { failureOfIssues } from './failure.js';
import { type Flag, type FlagValues, fieldsFrom } from './flags.js';
import type { Printer } from './output/printer.js';
import type { Prompter } from './prompt.js';
import type { Terminal } from './terminal.js';

/** A word of the command line that is not an option. */
export interface Argument {
  name: string;
  help: string;
  optional?: boolean;
  choices?: readonly string[];
}

/** One command: what it takes, what it calls, what it does. */
export interface CommandSpec {
  name: string;
  summary: string;
  /** Paragraphs below the summary in the help. */
  details?: string[];
  arguments?: Argument[];
  flags?: Flag[];
  /** What it is for; the help names the role that this takes. */
  operation?: Operation;
  /** Command lines without the leading `certfleet`. */
  examples?: string[];
  /** It prints no document: without --json and --utc. */
  plain?: boolean;
  /** Ends with exit status 0 unless it returns another one. Throws what {@link failureOf} understands. */
  run(invocation: Invocation): Promise<ExitCode | undefined>;
}

/** Commands about one noun: `certfleet account …`. */
export interface CommandGroup {
  name: string;
  summary: string;
  commands: CommandSpec[];
}

/** What a command can reach of the world around it; tests bring their own. */
export interface World {
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
  ask: Prompter;
  /** The present. */
  now(): Date;
  /** The time zone for people; null: the machine's own. */
  zone: string | null;
  /** The user's home folder, for the credentials. */
  home: string;
  /** Connects to the server that the user is signed in to. */
  connect(world: World): Promise<Connection>;
  /** Resolves after so many milliseconds. */
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** The working directory. */
  cwd: string;
  /** Loads the server package, for the commands that work without a running server. */
  loadServer(): Promise<typeof import('@certfleet/server')>;
  /** From now on SIGTERM and Ctrl-C abort the signal instead of ending the process; a second one ends it. */
  interruption(): AbortSignal;
}

/** One run of a command: what was typed, and the means to do it. */
export class Invocation {
  readonly spec: CommandSpec;
  readonly flags: FlagValues;
  readonly world: World;
  readonly print: Printer;
  readonly #arguments: ReadonlyMap<string, string>;
  #connection: Promise<Connection> | undefined;

  constructor(
    spec: CommandSpec,
    typed: { arguments: ReadonlyMap<string, string>; flags: FlagValues },
    world: World,
    print: Printer,
  ) {
    this.spec = spec;
    this.flags = typed.flags;
    this.world = world;
    this.print = print;
    this.#arguments = typed.arguments;
  }

  /** An argument that the command requires. */
  argument(name: string): string {
    const value = this.#arguments.get(name);
    if (value === undefined) throw new Error(`${this.spec.name} has no argument "${name}", or it was left out.`);
    return value;
  }

  optionalArgument(name: string): string | undefined {
    return this.#arguments.get(name);
  }

  /**
   * The operation's body: the fields whose flags were given, and `fixed`. Throws a usage Failure that names the flags.
   */
  body<S extends z.ZodType>(schema: S, fixed: Record<string, unknown> = {}): z.input<S> {
    const input = { ...fieldsFrom(this.spec.flags ?? [], this.flags), ...fixed };
    return this.#checked(schema, input) as z.input<S>;
  }

  /** The server, connected to once for each run. */
  connection(): Promise<Connection> {
    this.#connection ??= this.world.connect(this.world);
    return this.#connection;
  }

  /** Calls an operation. Its parameters and query are checked first, so that a typing error costs no request. */
  async call<O extends Operation>(operation: O, input: OperationInput<O>): Promise<OperationReply<O>> {
    const { params, query } = input as { params?: unknown; query?: unknown };
    if (operation.params) this.#checked(operation.params, params);
    if (operation.query) this.#checked(operation.query, query ?? {});
    const client: ApiClient = (await this.connection()).client;
    return client.call(operation, input);
  }

  async close(): Promise<void> {
    // A connection that could not be made has been reported by whoever wanted it.
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #checked(schema: z.ZodType, input: unknown): unknown {
    const result = schema.safeParse(input);
    if (!result.success) throw failureOfIssues(result.error.issues, this.spec.flags ?? []);
    return input;
  }
}
