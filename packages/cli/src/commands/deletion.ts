import type { Operation } from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { name } from './arguments.js';
import { confirm, yesFlag } from './confirm.js';

/** A command that deletes one thing by its name, and asks first. */
export function deleteCommand(deletion: {
  /** With its article: `the policy`. */
  what: string;
  operation: Operation;
  delete(invocation: Invocation, params: { name: string }): Promise<unknown>;
}): CommandSpec {
  return {
    name: 'delete',
    summary: deletion.operation.summary,
    arguments: [name(`${deletion.what.charAt(0).toUpperCase()}${deletion.what.slice(1)}`)],
    operation: deletion.operation,
    flags: [yesFlag],
    async run(invocation) {
      const params = { name: invocation.argument('name') };
      await confirm(invocation, `Delete ${deletion.what} ${params.name}?`);
      await deletion.delete(invocation, params);
      invocation.print.result({ deleted: params.name }, () => `Deleted ${deletion.what} ${params.name}.\n`);
      return undefined;
    },
  };
}
