import type { CommandSpec } from '../command.js';
import { content } from '../commands/index.js';
import { buildProgram } from '../program.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completionPoints } from './words.js';
import { zshCompletion } from './zsh.js';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** Prints a script that completes commands, options and their choices. */
export const completion: CommandSpec = {
  name: 'completion',
  summary: 'Print a script that completes this command in a shell',
  arguments: [{ name: 'shell', help: 'The shell', choices: Object.keys(shells) }],
  examples: ['completion bash >~/.local/share/bash-completion/completions/certfleet'],
  plain: true,
  async run(invocation) {
    const { terminal } = invocation.world;
    const points = completionPoints(buildProgram(content, terminal, () => Promise.resolve()));
    const script = shells[invocation.argument('shell') as keyof typeof shells];
    terminal.out.write(script(points));
    return undefined;
  },
};
