import type { Command } from 'commander';

/** What can follow on a command line after the words that lead to a command. */
export interface CompletionPoint {
  /** The words after `certfleet`; empty for the command itself. */
  path: string[];
  commands: { name: string; summary: string }[];
  /** What its first argument takes, if that is known. */
  words: readonly string[];
  /** Whether its first argument is a file. */
  takesFile: boolean;
  options: CompletedOption[];
}

export interface CompletedOption {
  flag: string;
  summary: string;
  /** What follows it: one of the choices if there are any; null for a switch. */
  value: 'word' | 'file' | 'key=file' | null;
  choices: readonly string[];
}

/** Every point of a command tree, the root first. */
export function completionPoints(command: Command, path: string[] = []): CompletionPoint[] {
  const help = command.createHelp();
  const [first] = command.registeredArguments;
  const commands = help
    .visibleCommands(command)
    .map(one => ({ name: one.name(), summary: one.summary() || one.description() }));
  const point: CompletionPoint = {
    path,
    commands,
    words: first?.argChoices ?? [],
    takesFile: first?.name() === 'file',
    options: help.visibleOptions(command).map(option => ({
      flag: option.long ?? option.flags,
      summary: option.description,
      value: valueIn(option.flags),
      choices: choicesIn(option.flags),
    })),
  };
  // `help` is commander's own and not among the commands.
  const others = commands.filter(({ name }) => name !== 'help');
  const helpPoints =
    others.length < commands.length
      ? [{ path: [...path, 'help'], commands: others, words: [], takesFile: false, options: [] }]
      : [];
  return [point, ...command.commands.flatMap(one => completionPoints(one, [...path, one.name()])), ...helpPoints];
}

function valueIn(flags: string): CompletedOption['value'] {
  const placeholder = /<(.+)>$/.exec(flags)?.[1];
  if (placeholder === undefined) return null;
  return placeholder === 'file' || placeholder === 'key=file' ? placeholder : 'word';
}

/** A placeholder such as `<http|https|redirect>` lists what the option takes. */
function choicesIn(flags: string): string[] {
  const placeholder = /<([A-Za-z0-9-]+(?:\|[A-Za-z0-9-]+)+)>/.exec(flags)?.[1];
  return placeholder?.split('|') ?? [];
}
