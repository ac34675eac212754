import type { Operation } from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import type { Fact, Format } from '../output/table.js';
import { name } from './arguments.js';

/** A command that shows one thing, called by its name. */
export function showCommand<T>(showing: {
  /** With its article: `the policy`. */
  what: string;
  operation: Operation;
  show(invocation: Invocation, params: { name: string }): Promise<T>;
  facts(thing: T, format: Format): Fact[];
}): CommandSpec {
  return {
    name: 'show',
    summary: showing.operation.summary,
    arguments: [name(`${showing.what.charAt(0).toUpperCase()}${showing.what.slice(1)}`)],
    operation: showing.operation,
    async run(invocation) {
      const thing = await showing.show(invocation, { name: invocation.argument('name') });
      invocation.print.facts(thing, showing.facts(thing, invocation.print.format));
      return undefined;
    },
  };
}
