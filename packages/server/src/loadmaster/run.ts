import type { FastifyBaseLogger } from 'fastify';
import type { Engine } from '../engine.js';
import { describeActor, includesRole } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import type { SystemLog } from '../system-log.js';
import type { Call, Command, Reply } from './command.js';
import { isNotOffered } from './commands/not-offered.js';
import { LoadMasterError, renderError } from './errors.js';
import type { Caller } from './identity.js';
import type { Parameters } from './parameters.js';
import { hidden, redacted, withoutSecrets } from './redact.js';

/** What commands work with. */
export interface CommandContext {
  engine: Engine;
  handlers: Handlers;
  systemLog: SystemLog;
  stopping: AbortSignal;
}

/** A command as it was sent, by whom. */
export interface SentCommand {
  /** In lower case. */
  name: string;
  parameters: Parameters;
  body: Buffer | null;
  caller: Caller;
  version: 1 | 2;
  log: FastifyBaseLogger;
}

/**
 * Runs a command: its name, the caller's role, its parameters, then what it does. What changes something, or gives out
 * secrets or the log, leaves an event with its outcome, and so does a command that is not there; the rest leaves a line
 * in the log.
 */
export async function runCommand(
  sent: SentCommand,
  commands: ReadonlyMap<string, Command>,
  context: CommandContext,
): Promise<Reply> {
  const command = commands.get(sent.name);
  const { caller, parameters, version } = sent;
  const use: Use = {
    command: command?.name ?? shownName(sent.name),
    action: command ? `loadmaster.${command.name}` : 'loadmaster.refused',
    actor: describeActor(caller.actor),
    version,
    parameters: redacted(command, parameters),
  };
  const { action: _, ...facts } = use;
  try {
    if (!command) throw notThere(sent.name);
    const reply = await checkedRun(command, sent, context);
    if (command.changes) await audit(use, { note: reply.note ?? '' }, context);
    sent.log.info(facts, 'LoadMaster command');
    return reply;
  } catch (error) {
    const { status, message } = renderError(error);
    const reason = withoutSecrets(message, command, parameters);
    if (!command || command.changes) await audit(use, { status, message: reason }, context);
    sent.log.info({ ...facts, status, reason }, 'LoadMaster command refused');
    throw error;
  }
}

/** One use of a command, or of what is none, without its secrets. */
interface Use {
  command: string;
  /** Of the event. */
  action: string;
  actor: string;
  version: 1 | 2;
  parameters: Record<string, string>;
}

/** 405 for what no LoadMaster knows, 422 for what Certfleet does not have on purpose. */
function notThere(name: string): LoadMasterError {
  if (isNotOffered(name)) return new LoadMasterError(422, `${name}: Certfleet does not have this command`);
  return new LoadMasterError(405, 'Unknown command');
}

/** What looks like no command's name may be anything, a secret too. */
function shownName(name: string): string {
  return /^[a-z][a-z0-9._]{0,63}$/.test(name) ? name : hidden;
}

async function checkedRun(command: Command, sent: SentCommand, context: CommandContext): Promise<Reply> {
  const { parameters, body, caller, version } = sent;
  if (!includesRole(caller.actor.role, command.role)) throw LoadMasterError.forbidden();
  parameters.assertKnown(command.parameters);
  if (body && !command.upload) throw LoadMasterError.invalid('data', 'This command takes no file');
  const call: Call = { ...context, parameters, body, actor: caller.actor, user: caller.user, version };
  return await command.run(call);
}

async function audit(
  { command, action, actor, version, parameters }: Use,
  outcome: { note: string } | { status: number; message: string },
  { engine }: CommandContext,
): Promise<void> {
  const refused = 'status' in outcome;
  await engine.store.events.append({
    actor,
    action,
    outcome: refused ? 'failed' : 'succeeded',
    message: `LoadMaster command ${command}: ${refused ? `${outcome.message} (${outcome.status}).` : `done. ${outcome.note}`.trim()}`,
    detail: { command, version, parameters, status: refused ? outcome.status : 200 },
  });
}
