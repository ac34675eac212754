import {
  operations,
  type Solver,
  SolverChange,
  SolverCreation,
  type SolverFindings,
  SolverTrial,
  solverVerdict,
} from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { type Flag, flagsFor } from '../flags.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand, searchFlags } from './list.js';
import { configFlags, configOf, configText, unsetFlag } from './plugin-config.js';
import { showCommand } from './show.js';

const ops = operations.solver;

const columns: Column<Solver>[] = [
  { title: 'Name', value: solver => solver.name },
  { title: 'Type', value: solver => solver.type },
  { title: 'Used', value: solver => (unused(solver) === null ? 'yes' : 'no') },
  { title: 'Configuration', value: solver => configText(solver.config), flexible: 'cut' },
  { title: 'Created', value: (solver, format) => when(solver.createdAt, format) },
];

function facts(solver: Solver, format: Format): Fact[] {
  return [
    ['Name', solver.name],
    ['Type', solver.type],
    ['Used', unused(solver) ?? 'yes'],
    ['Configuration', configText(solver.config)],
    ['Proves', `${solver.proves.domains} domains, default of ${solver.proves.policies} policies`],
    ...(solver.leftOver > 0
      ? [['Left over', `${solver.leftOver} challenges of orders that are over`] satisfies Fact]
      : []),
    ['Created', momentAndDistance(solver.createdAt, format)],
  ];
}

/** Why it proves nothing; null: it may. */
function unused({ enabled, virtualService }: Solver): string | null {
  if (!enabled) return 'no, it is disabled';
  return virtualService?.enabled === false ? `no, virtual service ${virtualService.index} is disabled` : null;
}

/** What a trial found, in a few lines. */
function findings(found: SolverFindings): Fact[] {
  const { zones, record, answers, byPerson } = found;
  const { standing, text } = solverVerdict(found);
  const facts: Fact[] = [['Result', text, tones[standing]]];
  for (const { name, result, message, remedy } of answers ?? []) {
    facts.push([name ?? 'Answers', remedy === null ? message : `${message} ${remedy}`, answerTones[result]]);
  }
  if (answers === null && !byPerson)
    facts.push(['Zones', zones === null ? 'nobody can tell' : zones.join(', ') || 'none']);
  if (record) {
    facts.push(['TXT record', record.name], ['In zone', record.zone], ['Name servers', record.nameServers.join(', ')]);
  }
  return facts;
}

const answerTones = { ok: 'good', unknown: 'dim', warning: 'bad', refused: 'bad' } as const;
const tones = { good: 'good', attention: 'bad', bad: 'bad', off: 'dim' } as const;

const enabling: Flag[] = [
  { name: 'enable', field: ['enabled'], help: 'Use it, and try now what failed without it.' },
  { name: 'disable', field: ['enabled'], value: false, help: 'Do not use it; no other one takes its place.' },
];

export const solverCommands: CommandGroup = {
  name: 'solver',
  summary: 'Solvers: ways to prove names to a CA; DNS accounts are some of them',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      details: [
        'Each virtual service is a solver already, named vs-INDEX. The types and their fields: docs/reference/solvers.md.',
      ],
      arguments: [name('What to call the solver')],
      operation: ops.create,
      flags: [
        {
          name: 'type',
          placeholder: 'type',
          required: true,
          field: ['type'],
          help: 'virtual-service, standalone, rfc2136, …',
        },
        { name: 'disable', field: ['enabled'], value: false, help: 'Do not use it yet.' },
        ...configFlags,
      ],
      examples: [
        'solver create own --type standalone --set port=80',
        'solver create dns --type rfc2136 --set server=192.0.2.53 --set keyName=certfleet --set-secret keySecret',
      ],
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
      flags: searchFlags(ops.list.query),
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
      examples: ['solver change dns --disable'],
      arguments: [name('The solver')],
      operation: ops.change,
      flags: [...enabling, ...configFlags, unsetFlag],
      async run(invocation) {
        const params = { name: invocation.argument('name') };
        const given = await configOf(invocation);
        // The server keeps the fields that are not given.
        const body = invocation.body(SolverChange, Object.keys(given).length > 0 ? { config: given } : {});
        const solver = await invocation.call(ops.change, { params, body });
        invocation.print.facts(solver, facts(solver, invocation.print.format));
        return undefined;
      },
    },
    {
      name: 'test',
      summary: ops.test.summary,
      details: [
        'Asks a DNS account for its zones, and with --identifier finds out where the challenge of a name goes. A virtual service or a listener has to answer a trial challenge, which is taken away again; with --identifier the name is asked for it too.',
      ],
      arguments: [name('The solver')],
      operation: ops.test,
      flags: flagsFor(SolverTrial, { identifier: { placeholder: 'name' } }),
      examples: ['solver test dns --identifier www.example.com'],
      async run(invocation) {
        const params = { name: invocation.argument('name') };
        const found = await invocation.call(ops.test, { params, body: invocation.body(SolverTrial) });
        invocation.print.facts(found, findings(found));
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
