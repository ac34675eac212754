import { PluginError } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';

/** Asks a plugin for something that someone waits for; its errors become ours, with its own words. */
export async function fromPlugin<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    if (!(cause instanceof PluginError)) throw cause;
    throw new DomainError(cause.reason === 'config' ? 'not-possible' : 'plugin-failed', cause.message, { cause });
  }
}
