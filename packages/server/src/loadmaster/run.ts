import type { FastifyBaseLogger } from 'fastify';
import type { Engine } from '../engine.js';
import { describeActor, includesRole } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import type { SystemLog } from '../system-log.js';
import type { Call, Command, Reply } from './command.js';
import { isNotOffered } from './commands/index.js';
import { LoadMasterError, renderError } from './errors.js';
import type { Caller } from './identity.js';
import type { Parameters } from './parameters.js';
import { redacted, withoutSecrets } from './redact.js';

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
 * secrets, leaves an event with its outcome; the rest leaves a line in the log.
 */
export async function runCommand(
  sent: SentCommand,
  commands: ReadonlyMap<string, Command>,
  context: CommandContext,
): Promise<Reply> {
  const command = commands.get(sent.name) ?? refuse(sent.name);
  const { caller, parameters } = sent;
  const facts = { command: command.name, actor: describeActor(caller.actor), version: sent.version };
  try {
    const reply = await checkedRun(command, sent, context);
    if (command.changes) await audit(command, sent, context, { note: reply.note ?? '' });
    sent.log.info({ ...facts, parameters: redacted(command, parameters) }, 'LoadMaster command');
    return reply;
  } catch (error) {
    const { status, message } = renderError(error);
    const reason = withoutSecrets(message, command, parameters);
    if (command.changes) await audit(command, sent, context, { status, message: reason });
    sent.log.info(
      { ...facts, parameters: redacted(command, parameters), status, reason },
      'LoadMaster command refused',
    );
    throw error;
  }
}

/** 405 for what no LoadMaster knows, 422 for what Certfleet does not have on purpose. */
function refuse(name: string): never {
  if (isNotOffered(name)) throw new LoadMasterError(422, `${name}: Certfleet does not have this command`);
  throw new LoadMasterError(405, 'Unknown command');
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
  command: Command,
  { caller, parameters, version }: SentCommand,
  { engine }: CommandContext,
  outcome: { note: string } | { status: number; message: string },
): Promise<void> {
  const refused = 'status' in outcome;
  await engine.store.events.append({
    actor: describeActor(caller.actor),
    action: `loadmaster.${command.name}`,
    outcome: refused ? 'failed' : 'succeeded',
    message: `LoadMaster command ${command.name}: ${refused ? `${outcome.message} (${outcome.status}).` : `done. ${outcome.note}`.trim()}`,
    detail: {
      command: command.name,
      version,
      parameters: redacted(command, parameters),
      status: refused ? outcome.status : 200,
    },
  });
}
