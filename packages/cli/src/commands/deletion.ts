import type { Operation } from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { name } from './arguments.js';
import { confirm, yesFlag } from './confirm.js';

/** A command that deletes one thing by its name, and asks first. */
export function deleteCommand(deletion: {
  /** With its article: `the policy`. */
  what: string;
  operation: Operation;
  /** What should be known before: a sentence or two. */
  note?: string;
  delete(invocation: Invocation, params: { name: string }): Promise<unknown>;
}): CommandSpec {
  return {
    name: 'delete',
    summary: deletion.operation.summary,
    ...(deletion.note ? { details: [deletion.note] } : {}),
    arguments: [name(`${deletion.what.charAt(0).toUpperCase()}${deletion.what.slice(1)}`)],
    operation: deletion.operation,
    flags: [yesFlag],
    async run(invocation) {
      const params = { name: invocation.argument('name') };
      await confirm(
        invocation,
        [`Delete ${deletion.what} ${params.name}?`, ...(deletion.note ? [deletion.note] : [])].join(' '),
      );
      await deletion.delete(invocation, params);
      invocation.print.result({ deleted: params.name }, () => `Deleted ${deletion.what} ${params.name}.\n`);
      return undefined;
    },
  };
}
