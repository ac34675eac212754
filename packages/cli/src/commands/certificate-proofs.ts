import { type NameProof, operations } from '@certfleet/contract';
import type { CommandSpec } from '../command.js';
import { type Column, renderTable } from '../output/table.js';
import { name } from './arguments.js';

const operation = operations.certificate.proofs;

const columns: Column<NameProof>[] = [
  { title: 'Name', value: ({ identifier }) => identifier },
  {
    title: 'Proven by',
    value: ({ solver }) => solver ?? 'nobody',
    tone: ({ solver }) => (solver === null ? 'bad' : undefined),
  },
  { title: 'With', value: ({ challengeType }) => challengeType ?? '–' },
  { title: 'Why', value: ({ reason }) => reason, flexible: 'wrap' },
];

export const proofsCommand: CommandSpec = {
  name: 'proofs',
  summary: operation.summary,
  arguments: [name('The certificate')],
  operation,
  async run(invocation) {
    const found = await invocation.call(operation, { params: { name: invocation.argument('name') } });
    invocation.print.result(found, () => renderTable(found.items, columns, invocation.print.format));
    return undefined;
  },
};
