import { Argument, Command, Help, InvalidArgumentError, Option } from 'commander';
import type { CommandGroup, CommandSpec } from './command.js';
import { exitCodeMeanings, exitCodes } from './exit-codes.js';
import { Failure } from './failure.js';
import { type Flag, FlagValues } from './flags.js';
import type { Terminal } from './terminal.js';

/** What was typed for one command. */
export interface Typed {
  /** The command's words: `certificate request`. */
  path: string;
  arguments: ReadonlyMap<string, string>;
  flags: FlagValues;
  json: boolean;
  utc: boolean;
}

/** Where help goes, and how wide it may be. */
type HelpOutput = Pick<Terminal, 'out' | 'err' | 'columns'>;

/** Called for the command that was typed. */
export type Execute = (spec: CommandSpec, typed: Typed) => Promise<void>;

const jsonFlag: Flag = { name: 'json', help: 'Print one JSON document to standard output instead of text.' };
const utcFlag: Flag = { name: 'utc', help: 'Show times in UTC instead of the local zone.' };

/**
 * The whole command tree. Parsing throws a Failure instead of ending the process, and a CommanderError when help was
 * printed.
 */
export function buildProgram(
  content: { groups: readonly CommandGroup[]; commands: readonly CommandSpec[]; version: string },
  terminal: HelpOutput,
  execute: Execute,
): Command {
  const program = new Command('certfleet')
    .description('Keeps every TLS certificate of a fleet valid and proven live where it is served.')
    .version(content.version, '--version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [command]', 'Print the help of a command.')
    // Else --version would mean the program's wherever it stands, and a command could not have its own.
    .enablePositionalOptions();
  configure(program, '', terminal);
  program.addHelpText('after', `\nExit status:\n${exitStatuses()}`);
  for (const spec of content.commands) program.addCommand(commandOf(spec, spec.name, terminal, execute));
  for (const group of content.groups) {
    const command = new Command(group.name)
      .description(group.summary)
      .helpOption('-h, --help', 'Print this help.')
      .helpCommand(false);
    configure(command, group.name, terminal);
    for (const spec of group.commands) {
      command.addCommand(commandOf(spec, `${group.name} ${spec.name}`, terminal, execute));
    }
    program.addCommand(command);
  }
  return program;
}

function exitStatuses(): string {
  return Object.entries(exitCodeMeanings)
    .map(([name, meaning]) => `  ${exitCodes[name as keyof typeof exitCodes]}  ${meaning}\n`)
    .join('');
}

/** Columns for the terms of the help; a longer one has its description on the next line. */
const termWidth = 28;

function configure(command: Command, path: string, terminal: HelpOutput): void {
  const plain = Object.assign(new Help(), { subcommandTerm });
  command
    .configureOutput({
      writeOut: text => terminal.out.write(text),
      writeErr: text => terminal.err.write(text),
      // What is wrong with a command line is thrown, and printed where every failure is.
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.columns ?? 80,
      getErrHelpWidth: () => terminal.columns ?? 80,
    })
    .configureHelp({
      padWidth: (shown, help) => Math.min(termWidth, plain.padWidth(shown, help)),
      formatItem(term, width, description, help) {
        plain.prepareContext({ helpWidth: terminal.columns ?? 80 });
        if (term.length <= width) return plain.formatItem(term, width, description, help);
        return `  ${term}\n${plain.formatItem('', width, description, help)}`;
      },
      subcommandTerm,
    })
    .exitOverride(error => {
      // Help that was asked for ends with 0; that of a group whose command was left out has been printed.
      if (error.exitCode === 0 || error.code === 'commander.help') throw error;
      throw new Failure(error.message.replace(/^error: /, '').replace('\n', ' '), {
        exitCode: exitCodes.usage,
        remedy: `Use it as: certfleet ${path}${path && ' '}${command.usage()} (--help says more).`,
        command: path,
      });
    });
}

/** A command's name and arguments; that it takes options goes without saying. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments.map(one => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  return [command.name(), ...words].join(' ');
}

function commandOf(spec: CommandSpec, path: string, terminal: HelpOutput, execute: Execute): Command {
  const command = new Command(spec.name)
    .summary(spec.summary)
    .description(describe(spec))
    .helpOption('-h, --help', 'Print this help.');
  configure(command, path, terminal);
  for (const argument of spec.arguments ?? []) {
    const made = new Argument(argument.optional ? `[${argument.name}]` : `<${argument.name}>`, argument.help);
    command.addArgument(argument.choices ? made.choices(argument.choices) : made);
  }
  const flags = [...(spec.flags ?? []), ...(spec.plain ? [] : [jsonFlag, utcFlag])];
  for (const flag of flags) command.addOption(optionOf(flag));
  if (spec.examples)
    command.addHelpText('after', `\nExamples:\n${spec.examples.map(one => `  certfleet ${one}\n`).join('')}`);
  command.action(async () => {
    const given = flags.flatMap((flag): [string, string | boolean | string[]][] => {
      const value = command.getOptionValue(camel(flag.name));
      return value === undefined ? [] : [[flag.name, value as string | boolean | string[]]];
    });
    const words = (spec.arguments ?? []).flatMap((argument, at): [string, string][] => {
      const word = command.args[at];
      return word === undefined ? [] : [[argument.name, word]];
    });
    const values = new FlagValues(new Map(given));
    await execute(spec, {
      path,
      arguments: new Map(words),
      flags: values,
      json: values.has('json'),
      utc: values.has('utc'),
    });
  });
  return command;
}

function describe(spec: CommandSpec): string {
  const role = spec.operation?.role;
  const needs = role === undefined || role === 'anyone' ? [] : [`Needs the role ${role}.`];
  return [`${spec.summary}.`, ...(spec.details ?? []), ...needs].join('\n\n');
}

function optionOf(flag: Flag): Option {
  const option = new Option(
    `--${flag.name}${flag.placeholder ? ` <${flag.placeholder}>` : ''}`,
    flag.required ? `${flag.help} (required)` : flag.help,
  );
  if (flag.repeat) option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
  else if (flag.choices) option.argParser((text: string) => oneOf(flag.choices ?? [], text));
  return flag.required ? option.makeOptionMandatory() : option;
}

/** In place of commander's own choices, which the help would list a second time beside the placeholder. */
function oneOf(choices: readonly string[], text: string): string {
  if (choices.includes(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${choices.join(', ')}.`);
}

/** The attribute under which commander keeps an option's value. */
function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
