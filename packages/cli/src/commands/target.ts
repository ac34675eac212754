import { operations, type Target, TargetCreation } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand, searchFlags } from './list.js';
import { configFlags, configOf, configText } from './plugin-config.js';
import { showCommand } from './show.js';

const ops = operations.target;

const columns: Column<Target>[] = [
  { title: 'Name', value: target => target.name },
  { title: 'Type', value: target => target.type },
  { title: 'Configuration', value: target => configText(target.config), flexible: 'cut' },
  { title: 'Certificates', value: target => target.certificates.join(', '), flexible: 'cut' },
  { title: 'Created', value: (target, format) => when(target.createdAt, format) },
];

function facts(target: Target, format: Format): Fact[] {
  return [
    ['Name', target.name],
    ['Type', target.type],
    ['Configuration', configText(target.config)],
    ['Certificates', target.certificates.join(', ')],
    ['Created', momentAndDistance(target.createdAt, format)],
  ];
}

export const targetCommands: CommandGroup = {
  name: 'target',
  summary: 'Targets: places to deploy certificates to',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      details: ['Each HTTPS virtual service is a target already, named vs-INDEX.'],
      arguments: [name('What to call the target')],
      operation: ops.create,
      flags: [
        { name: 'type', placeholder: 'type', required: true, field: ['type'], help: 'virtual-service, …' },
        ...configFlags,
      ],
      examples: ['target create web --type virtual-service --set virtualService=1'],
      async run(invocation) {
        const body = invocation.body(TargetCreation, {
          name: invocation.argument('name'),
          config: await configOf(invocation),
        });
        const target = await invocation.call(ops.create, { body });
        invocation.print.facts(target, facts(target, invocation.print.format));
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      flags: searchFlags(ops.list.query, { type: { placeholder: 'type' } }),
      columns,
      empty: 'There are no targets. Each HTTPS virtual service is one: certfleet virtual-service create --help',
    }),
    showCommand({
      what: 'the target',
      operation: ops.show,
      show: (invocation, params) => invocation.call(ops.show, { params }),
      facts,
    }),
    deleteCommand({
      what: 'the target',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
