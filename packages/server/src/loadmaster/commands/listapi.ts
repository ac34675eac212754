import type { Command } from '../command.js';
import { firmware } from '../version.js';

/** What the API can do; `names` are those of all its commands. */
export function listApi(names: () => readonly string[]): Command {
  return {
    name: 'listapi',
    role: 'viewer',
    changes: false,
    parameters: [],
    run: async () => ({ data: { version: firmware, commands: { cmd: [...names()].sort() } } }),
  };
}
