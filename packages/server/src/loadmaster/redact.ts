import type { Command } from './command.js';
import { Parameters } from './parameters.js';

/** What stands in place of a secret. */
export const hidden = '***';

/** Parameters whose values are secrets, whatever the command. */
const secretParameters = ['apikey', 'apipass', 'password', 'passwd', 'key', 'hmac', 'dnsapiparams'];

/**
 * The parameters as they may be logged and kept in an event: secrets are replaced, and so is what the command does not
 * know, which may be a secret under a misspelt name. Undefined: there is no such command, so nothing is known.
 */
export function redacted(command: Command | undefined, parameters: Parameters): Record<string, string> {
  const secret = secretNames(command, parameters);
  const known = new Set(command?.parameters.map(name => name.toLowerCase()));
  const isShown = (name: string) => known.has(name.toLowerCase()) && !secret.has(name.toLowerCase());
  return Object.fromEntries(parameters.entries().map(([name, value]) => [name, isShown(name) ? value : hidden]));
}

/** A message without the secrets among the parameters, should it repeat one of them. */
export function withoutSecrets(message: string, command: Command | undefined, parameters: Parameters): string {
  const secret = secretNames(command, parameters);
  return parameters
    .entries()
    .filter(([name, value]) => secret.has(name.toLowerCase()) && value !== '')
    .reduce((text, [, value]) => text.replaceAll(value, hidden), message);
}

function secretNames(command: Command | undefined, parameters: Parameters): Set<string> {
  // As text: a list in the place of a name is refused by the command, and must not keep it from being logged.
  const asText = new Parameters(parameters.entries());
  return new Set([...secretParameters, ...(command?.secrets?.(asText) ?? [])].map(name => name.toLowerCase()));
}
