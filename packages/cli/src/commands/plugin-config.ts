import type { Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import type { Flag } from '../flags.js';
import { readText } from '../secret-input.js';

/** Keys whose values have no business on a command line, where every user of the machine can read them. */
const secretKey = /(password|passphrase|secret|token|key)$/i;

/** The flags that fill a plugin's configuration, whose fields its reference page lists. */
export const configFlags: Flag[] = [
  {
    name: 'set',
    placeholder: 'key=value',
    repeat: true,
    help: 'A field of the configuration: text, a number, true or false, or JSON (["a"]).',
  },
  {
    name: 'set-file',
    placeholder: 'key=file',
    repeat: true,
    help: 'A field whose value is the content of a file, "-" for standard input: for secrets.',
  },
  {
    name: 'set-secret',
    placeholder: 'key',
    repeat: true,
    help: 'A field that is asked for without showing what is typed.',
  },
];

/** Of a change: what is taken out of the configuration. */
export const unsetFlag: Flag = {
  name: 'unset',
  placeholder: 'key',
  repeat: true,
  help: 'A field of the configuration that is to be without a value.',
};

/** The configuration that was typed; null for what is to be without a value. Throws a usage Failure for a secret in --set. */
export async function configOf(invocation: Invocation): Promise<Record<string, unknown>> {
  const { flags, world } = invocation;
  const config: Record<string, unknown> = {};
  for (const pair of flags.list('set')) {
    const [key, value] = split(pair, '--set', 'key=value');
    if (secretKey.test(key)) {
      throw usageFailure(
        `--set ${key}=… puts a secret where every user of this machine can read it.`,
        `Use --set-secret ${key}, or --set-file ${key}=FILE.`,
      );
    }
    config[key] = scalar(value);
  }
  for (const pair of flags.list('set-file')) {
    const [key, file] = split(pair, '--set-file', 'key=file');
    config[key] = await readText(file, 'set-file', world.terminal);
  }
  for (const key of flags.list('unset')) config[key] = null;
  for (const key of flags.list('set-secret')) config[key] = await world.ask.secret(key);
  return config;
}

/** The two sides of the first "=". Throws a usage Failure when there is none. */
export function split(pair: string, flag: string, form: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw usageFailure(`${flag} ${pair} is not ${form}.`, `Give it as ${flag} ${form}.`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** Digits stay text: only the server knows which fields are numbers, and an account's id is none, however long it is. */
function scalar(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' ? text : value;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** A configuration in one cell. Secrets read as `{"secret": true}` and are shown as dots. */
export function configText(config: Record<string, unknown>): string {
  return Object.entries(config)
    .map(
      ([key, value]) => `${key}=${isSecret(value) ? '•••' : typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(' ');
}

function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { secret?: unknown }).secret === true;
}
