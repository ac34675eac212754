import { parseConfig, secretFields } from '@certfleet/plugins';
import { z } from 'zod';
import { DomainError } from './domain/errors.js';

/** As much of a plugin as its configuration needs. */
interface Configurable {
  type: string;
  title: string;
  config: z.ZodObject;
}

/** The plugin of this type. Throws `not-possible`, naming the types that there are. */
export function pluginOf<P extends Configurable>(plugins: readonly P[], type: string): P {
  const plugin = plugins.find(candidate => candidate.type === type);
  if (plugin) return plugin;
  const types = plugins.map(candidate => candidate.type).join(', ');
  throw new DomainError('not-possible', `There is no type ${type} here. Types: ${types}.`);
}

/** A checked configuration, whole and split into what may be shown and what is sealed (null: nothing is). */
export interface SplitConfig {
  all: Record<string, unknown>;
  open: Record<string, unknown>;
  secret: Record<string, unknown> | null;
}

/**
 * Checks a configuration by its plugin's schema and takes the secrets out. Throws `invalid-input`, naming the fields.
 */
export function splitConfig(plugin: Configurable, input: Record<string, unknown>): SplitConfig {
  const all = checked(plugin, input);
  const secrets = new Set(secretFields(plugin.config));
  const open = Object.entries(all).filter(([field]) => !secrets.has(field));
  const secret = Object.entries(all).filter(([field]) => secrets.has(field));
  return { all, open: Object.fromEntries(open), secret: secret.length === 0 ? null : Object.fromEntries(secret) };
}

function checked(plugin: Configurable, input: Record<string, unknown>): Record<string, unknown> {
  try {
    return parseConfig(plugin, withNumbers(plugin, input));
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const fields = cause.issues.map(({ path, message }) => ({ path: ['config', ...path].join('.'), message }));
    const said = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new DomainError('invalid-input', `The configuration of "${plugin.title}" is not valid: ${said}`, {
      cause,
      fields,
    });
  }
}

/** As people typed it on a command line, a number is text: where the schema wants a number, it is read as one. */
function withNumbers(plugin: Configurable, input: Record<string, unknown>): Record<string, unknown> {
  const issues = plugin.config.safeParse(input).error?.issues ?? [];
  const numbers = issues.flatMap(issue => {
    const [field, ...deeper] = issue.path;
    if (issue.code !== 'invalid_type' || !['number', 'int'].includes(issue.expected)) return [];
    if (typeof field !== 'string' || deeper.length > 0) return [];
    const text = input[field];
    return typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text) ? [[field, Number(text)]] : [];
  });
  return { ...input, ...Object.fromEntries(numbers) };
}
