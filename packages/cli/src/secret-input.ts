import { usageFailure } from './failure.js';
import { readBytes } from './file-input.js';
import type { Flag, FlagValues } from './flags.js';
import type { Prompter } from './prompt.js';
import type { Terminal } from './terminal.js';

/** How a secret comes in: from a file or standard input, the environment, or a prompt. Never from the command line. */
export interface SecretInput {
  /** Of the flag that names a file. */
  flag: string;
  /** The environment variable. */
  variable: string;
  /** What to ask. */
  question: string;
}

/** The flag of a {@link SecretInput}. */
export function secretFileFlag(input: SecretInput, what: string): Flag {
  return {
    name: input.flag,
    placeholder: 'file',
    help: `Read ${what} from this file, "-" for standard input; else from ${input.variable}, else it is asked for.`,
  };
}

/** Who can be asked for a secret, and where from. */
export interface SecretSources {
  flags: FlagValues;
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
  ask: Prompter;
}

/**
 * The secret, from the first source that has it. Asked twice when `confirm`. One newline at the end of a file is not
 * part of it.
 */
export async function readSecret(input: SecretInput, sources: SecretSources, confirm = false): Promise<string> {
  const file = sources.flags.text(input.flag);
  if (file !== undefined) return readText(file, input.flag, sources.terminal);
  const fromEnvironment = sources.env[input.variable];
  if (fromEnvironment) return fromEnvironment;
  const answer = await sources.ask.secret(input.question);
  if (confirm && answer !== (await sources.ask.secret(`${input.question} again`))) {
    throw usageFailure('The two answers differ.', 'Type the same one twice.');
  }
  return answer;
}

/** The server takes no more in one request. */
const longestText = 1_048_576;

/** A file's text, or standard input's for "-", without one newline at its end. `flag` is the option that named it. */
export async function readText(file: string, flag: string, terminal: Terminal): Promise<string> {
  const content = await readBytes(file, flag, longestText, terminal);
  return content.toString('utf8').replace(/\r?\n$/, '');
}
