import { operations, type Plugin } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { fieldsFrom, flagsFor } from '../flags.js';
import type { Column } from '../output/table.js';

const ops = operations.plugin;
const filters = flagsFor(ops.list.query);

const columns: Column<Plugin>[] = [
  { title: 'Kind', value: ({ kind }) => kind },
  { title: 'Type', value: ({ type }) => type },
  { title: 'Title', value: ({ title }) => title, flexible: 'cut' },
];

export const pluginCommands: CommandGroup = {
  name: 'plugin',
  summary: 'The types of solvers, targets and channels',
  commands: [
    {
      name: 'list',
      summary: ops.list.summary,
      details: ['With --json also the JSON Schemas. As pages: docs/reference/solvers.md and channels.md.'],
      operation: ops.list,
      flags: filters,
      examples: ['plugin list --kind solver'],
      async run(invocation) {
        const query = fieldsFrom(filters, invocation.flags);
        const { items } = await invocation.call(ops.list, { query });
        invocation.print.list({ items, nextCursor: null }, columns, 'There are no plugins.');
        return undefined;
      },
    },
  ],
};
