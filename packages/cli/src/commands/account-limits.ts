import { operations, type RateBudget } from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { type Column, renderTable } from '../output/table.js';
import { when } from '../output/time.js';
import { name } from './arguments.js';

const operation = operations.account.limits;

type Budget = RateBudget & { account: string };

/** What is left of the CAs' limits. */
export const budgetColumns: Column<Budget>[] = [
  { title: 'Account', value: budget => budget.account, flexible: 'cut' },
  { title: 'Limit on', value: ({ of }) => of ?? 'new orders', flexible: 'cut' },
  {
    title: 'Left',
    value: ({ left, count }) => `${left} of ${count}`,
    right: true,
    tone: ({ left }) => (left === 0 ? 'bad' : undefined),
  },
  { title: 'In', value: ({ windowSeconds }) => span(windowSeconds) },
  { title: 'Room', value: ({ nextAt }, format) => (nextAt === null ? 'now' : when(nextAt, format)) },
];

export const limitsCommand: CommandSpec = {
  name: 'limits',
  summary: operation.summary,
  details: [
    'As far as it is known here: orders by other clients of the same account count at the CA as well. Of the registered domains those with the least left come first, at most 100.',
  ],
  arguments: [name('The account')],
  operation,
  async run(invocation) {
    const found = await invocation.call(operation, { params: { name: invocation.argument('name') } });
    const { account, directoryUrl, budgets } = found;
    invocation.print.result(found, () =>
      budgets.length === 0
        ? `No limits are known for ${directoryUrl}.\n`
        : renderTable(
            budgets.map(budget => ({ account, ...budget })),
            budgetColumns,
            invocation.print.format,
          ),
    );
    return undefined;
  },
};

/** `3 hours`, `7 days`. */
function span(seconds: number): string {
  const [size, unit] = seconds % 86_400 === 0 ? [86_400, 'days'] : [3600, 'hours'];
  return `${Math.round((seconds / size) * 10) / 10} ${unit}`;
}
