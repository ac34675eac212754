import { operations, type Solver, SolverChange, SolverCreation } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand } from './list.js';
import { configFlags, configOf, configText, withoutSecrets } from './plugin-config.js';
import { showCommand } from './show.js';

const ops = operations.solver;

const columns: Column<Solver>[] = [
  { title: 'Name', value: solver => solver.name },
  { title: 'Type', value: solver => solver.type },
  { title: 'Configuration', value: solver => configText(solver.config), flexible: 'cut' },
  { title: 'Created', value: (solver, format) => when(solver.createdAt, format) },
];

function facts(solver: Solver, format: Format): Fact[] {
  return [
    ['Name', solver.name],
    ['Type', solver.type],
    ['Configuration', configText(solver.config)],
    ['Created', momentAndDistance(solver.createdAt, format)],
  ];
}

export const solverCommands: CommandGroup = {
  name: 'solver',
  summary: 'Solvers: ways to prove names to a CA',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      details: ['Each virtual service is a solver already, named vs-INDEX.'],
      arguments: [name('What to call the solver')],
      operation: ops.create,
      flags: [
        { name: 'type', placeholder: 'type', required: true, field: ['type'], help: 'virtual-service, standalone, …' },
        ...configFlags,
      ],
      examples: ['solver create own --type standalone --set port=80'],
      async run(invocation) {
        const body = invocation.body(SolverCreation, {
          name: invocation.argument('name'),
          config: await configOf(invocation),
        });
        const solver = await invocation.call(ops.create, { body });
        invocation.print.facts(solver, facts(solver, invocation.print.format));
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      columns,
      empty: 'There are no solvers. Create one: certfleet solver create own --type standalone --set port=80',
    }),
    showCommand({
      what: 'the solver',
      operation: ops.show,
      show: (invocation, params) => invocation.call(ops.show, { params }),
      facts,
    }),
    {
      name: 'change',
      summary: ops.change.summary,
      details: ['Fields that are not named keep their values.'],
      arguments: [name('The solver')],
      operation: ops.change,
      flags: configFlags,
      async run(invocation) {
        const params = { name: invocation.argument('name') };
        const { config } = await invocation.call(ops.show, { params });
        const body = invocation.body(SolverChange, {
          config: { ...withoutSecrets(config), ...(await configOf(invocation)) },
        });
        const solver = await invocation.call(ops.change, { params, body });
        invocation.print.facts(solver, facts(solver, invocation.print.format));
        return undefined;
      },
    },
    deleteCommand({
      what: 'the solver',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
