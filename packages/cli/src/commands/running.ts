import { operations, type Running } from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { flagsFor } from '../flags.js';
import type { Column } from '../output/table.js';
import { when } from '../output/time.js';
import { listCommand } from './list.js';

const operation = operations.system.running;

const columns: Column<Running>[] = [
  { title: 'Certificate', value: ({ certificate }) => certificate, flexible: 'cut' },
  {
    title: 'What',
    value: ({ kind, account, target }) => `${kind === 'order' ? 'order at' : 'to'} ${account ?? target}`,
  },
  { title: 'Step', value: ({ step }) => step, tone: () => 'busy' },
  { title: 'Since', value: ({ stepSince }, format) => when(stepSince, format) },
  { title: 'Because', value: ({ reason }) => reason ?? '', optional: true, flexible: 'wrap' },
];

/** Orders and deployments that are under way. */
export const running: CommandSpec = listCommand({
  name: 'running',
  operation,
  page: (invocation, query) => invocation.call(operation, { query }),
  columns,
  empty: 'Nothing is under way.',
  flags: flagsFor(operation.query, { cursor: [], limit: [], certificate: { placeholder: 'name' } }),
});
