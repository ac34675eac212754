import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { Invocation, type World } from './command.js';
import { content } from './commands/index.js';
import { connect } from './connection/connect.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { type Failure, failureOf } from './failure.js';
import { checkValues, type Flag } from './flags.js';
import { printable } from './output/printable.js';
import { Printer } from './output/printer.js';
import { buildProgram, type Typed } from './program.js';
import { terminalPrompter } from './prompt.js';
import { processTerminal } from './terminal.js';

/** Runs the command line (without `node certfleet`) and says what the process should end with. Doesn't throw. */
export async function main(argv: readonly string[], world: World = processWorld()): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  let current: { typed: Typed; flags: readonly Flag[] } | undefined;
  const program = buildProgram(content, world.terminal, async (spec, typed) => {
    current = { typed, flags: spec.flags ?? [] };
    const print = new Printer(world.terminal, { json: typed.json, utc: typed.utc, now: world.now, zone: world.zone });
    const invocation = new Invocation(spec, typed, world, print);
    try {
      checkValues(spec.flags ?? [], typed.flags);
      exitCode = (await spec.run(invocation)) ?? exitCodes.ok;
    } finally {
      await invocation.close();
    }
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help was printed: because it was asked for, or because a group's command was left out.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const failure = failureOf(error, current?.flags ?? []);
    report(
      failure,
      ['certfleet', current?.typed.path ?? failure.command, ...(current?.typed.arguments.values() ?? [])],
      world,
      {
        json: current?.typed.json ?? argv.includes('--json'),
      },
    );
    return failure.exitCode;
  }
}

/** What was tried, what came back, what to do. */
function report(
  failure: Failure,
  tried: (string | null | undefined)[],
  world: World,
  { json }: { json: boolean },
): void {
  const { err, out } = world.terminal;
  err.write(`${tried.filter(Boolean).join(' ')}: ${failure.message.split('\n').map(printable).join('\n')}\n`);
  for (const { where, message } of failure.details) err.write(`  ${where}: ${printable(message)}\n`);
  err.write(`What to do: ${printable(failure.remedy)}\n`);
  if (failure.isDefect && failure.cause instanceof Error) err.write(`${failure.cause.stack}\n`);
  if (!json) return;
  const { message, remedy, code, details, exitCode, document } = failure;
  out.write(`${JSON.stringify({ ...document, error: { code, message, remedy, details, exitCode } }, null, 2)}\n`);
}

/** The world of this process. */
function processWorld(): World {
  const terminal = processTerminal(process.env);
  return {
    env: process.env,
    terminal,
    ask: terminalPrompter(terminal),
    now: () => new Date(),
    zone: null,
    home: homedir(),
    cwd: process.cwd(),
    loadServer: () => import('@certfleet/server'),
    connect,
    delay: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
    interruption: () => {
      const controller = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
      return controller.signal;
    },
  };
}
