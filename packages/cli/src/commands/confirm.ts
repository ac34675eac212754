import type { Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import type { Flag } from '../flags.js';

/** For commands that take something away. */
export const yesFlag: Flag = { name: 'yes', help: "Don't ask whether it is meant." };

/** Asks before something is taken away, unless --yes was given. Throws a usage Failure for a no. */
export async function confirm(invocation: Invocation, question: string): Promise<void> {
  if (invocation.flags.has('yes')) return;
  if (!invocation.world.terminal.interactive) {
    throw usageFailure(`Not done without being asked for twice: ${question}`, 'Repeat with --yes.');
  }
  if (!(await invocation.world.ask.confirm(question))) {
    throw usageFailure('Cancelled; nothing was changed.', 'Answer y if it is meant.');
  }
}
