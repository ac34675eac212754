import type { Command } from 'commander';

/** What can follow on a command line after the words that lead to a command. */
export interface CompletionPoint {
  /** The words after `certfleet`; empty for the command itself. */
  path: string[];
  commands: { name: string; summary: string }[];
  /** What its first argument takes, if that is known. */
  words: readonly string[];
  options: { flag: string; summary: string; takesValue: boolean; takesFile: boolean; choices: string[] }[];
}

/** Every point of a command tree, the root first. */
export function completionPoints(command: Command, path: string[] = []): CompletionPoint[] {
  const help = command.createHelp();
  const point: CompletionPoint = {
    path,
    commands: help
      .visibleCommands(command)
      .map(one => ({ name: one.name(), summary: one.summary() || one.description() })),
    words: command.registeredArguments[0]?.argChoices ?? [],
    options: help.visibleOptions(command).map(option => ({
      flag: option.long ?? option.flags,
      summary: option.description,
      takesValue: option.required,
      takesFile: /<(key=)?file>/.test(option.flags),
      choices: choicesIn(option.flags),
    })),
  };
  return [point, ...command.commands.flatMap(one => completionPoints(one, [...path, one.name()]))];
}

/** A placeholder such as `<http|https|redirect>` lists what the option takes. */
function choicesIn(flags: string): string[] {
  const placeholder = /<([A-Za-z0-9-]+(?:\|[A-Za-z0-9-]+)+)>/.exec(flags)?.[1];
  return placeholder?.split('|') ?? [];
}
