import { type Domain, DomainCreation, operations, type UnprovableNames } from '@certfleet/contract';
import type { Argument, CommandGroup } from '../command.js';
import { flagsFor } from '../flags.js';
import { type Column, type Fact, type Format, renderTable } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { confirm, yesFlag } from './confirm.js';
import { listCommand, searchFlags } from './list.js';

const ops = operations.domain;

const pattern: Argument = {
  name: 'pattern',
  help: 'A name exactly, or with a leading dot a name and everything below it',
};

const columns: Column<Domain>[] = [
  { title: 'Pattern', value: domain => domain.pattern },
  { title: 'Solver', value: domain => domain.solver },
  { title: 'Created', value: (domain, format) => when(domain.createdAt, format) },
];

const unprovableColumns: Column<UnprovableNames['items'][number]>[] = [
  { title: 'Name', value: ({ identifier }) => identifier },
  { title: 'Certificate', value: ({ certificate }) => certificate },
  { title: 'Why', value: ({ reason }) => reason, flexible: 'wrap' },
];

function facts(domain: Domain, format: Format): Fact[] {
  return [
    ['Pattern', domain.pattern],
    ['Solver', domain.solver],
    ['Created', momentAndDistance(domain.createdAt, format)],
  ];
}

export const domainCommands: CommandGroup = {
  name: 'domain',
  summary: 'Domains: which solver proves which names',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      details: [
        'A solver named for a name in its certificate decides first, then the exact name, then the longest suffix, then',
        "the policy's default.",
      ],
      arguments: [pattern],
      operation: ops.create,
      flags: flagsFor(DomainCreation, {
        pattern: [],
        solver: { placeholder: 'name', help: 'What proves these names.' },
      }),
      examples: ['domain create .example.com --solver vs-1'],
      async run(invocation) {
        const body = invocation.body(DomainCreation, { pattern: invocation.argument('pattern') });
        const domain = await invocation.call(ops.create, { body });
        invocation.print.facts(domain, facts(domain, invocation.print.format));
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      flags: searchFlags(ops.list.query, { solver: { placeholder: 'name' } }),
      columns,
      empty: 'There are no domains. Create one: certfleet domain create .example.com --solver NAME',
    }),
    {
      name: 'unprovable',
      summary: ops.unprovable.summary,
      details: ['Orders for them will fail. Bind a domain, change the solver, or give the policy a default.'],
      operation: ops.unprovable,
      async run(invocation) {
        const found = await invocation.call(ops.unprovable, {});
        const { examined, total, items } = found;
        invocation.print.result(found, () =>
          total === 0
            ? `Each of ${examined} names can be proven.\n`
            : `${renderTable(items, unprovableColumns, invocation.print.format)}${total} of ${examined} names.\n`,
        );
        return undefined;
      },
    },
    {
      name: 'delete',
      summary: ops.delete.summary,
      arguments: [pattern],
      operation: ops.delete,
      flags: [yesFlag],
      async run(invocation) {
        const params = { pattern: invocation.argument('pattern') };
        await confirm(invocation, `Delete the domain ${params.pattern}?`);
        await invocation.call(ops.delete, { params });
        invocation.print.result({ deleted: params.pattern }, () => `Deleted the domain ${params.pattern}.\n`);
        return undefined;
      },
    },
  ],
};
