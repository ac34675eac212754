import { type Intermediate, IntermediateAddition, keyFileLimits, operations } from '@certfleet/contract';
import type { CommandGroup, CommandSpec } from '../command.js';
import { readBytes } from '../file-input.js';
import { flagsFor } from '../flags.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand } from './list.js';
import { showCommand } from './show.js';

const ops = operations.intermediate;

const columns: Column<Intermediate>[] = [
  { title: 'Name', value: intermediate => intermediate.name },
  { title: 'Subject', value: intermediate => intermediate.subject, flexible: 'cut' },
  { title: 'Issuer', value: intermediate => intermediate.issuer, flexible: 'cut' },
  { title: 'Not after', value: (intermediate, format) => when(intermediate.notAfter, format) },
];

function facts(intermediate: Intermediate, format: Format): Fact[] {
  return [
    ['Name', intermediate.name],
    ['Subject', intermediate.subject],
    ['Issuer', intermediate.issuer],
    ['Not before', momentAndDistance(intermediate.notBefore, format)],
    ['Not after', momentAndDistance(intermediate.notAfter, format)],
    ['SHA-256', intermediate.fingerprintSha256],
    ['Added', momentAndDistance(intermediate.createdAt, format)],
  ];
}

const add: CommandSpec = {
  name: 'add',
  summary: ops.add.summary,
  details: ['It completes the chains of certificates that are imported from then on.'],
  arguments: [name('What to call it')],
  operation: ops.add,
  flags: flagsFor(IntermediateAddition, {
    name: [],
    file: [
      {
        name: 'file',
        placeholder: 'file',
        required: true,
        help: 'One certificate of a CA, PEM or DER; "-" for standard input.',
      },
    ],
  }),
  examples: ['intermediate add example-ca-2 --file intermediate.pem'],
  async run(invocation) {
    const { flags, world, print } = invocation;
    const file = await readBytes(flags.text('file') ?? '', 'file', keyFileLimits.intermediate, world.terminal);
    const body = invocation.body(IntermediateAddition, {
      name: invocation.argument('name'),
      file: file.toString('base64'),
    });
    const intermediate = await invocation.call(ops.add, { body });
    print.facts(intermediate, facts(intermediate, print.format));
    return undefined;
  },
};

export const intermediateCommands: CommandGroup = {
  name: 'intermediate',
  summary: 'Certificates of CAs that complete the chains of imported certificates',
  commands: [
    add,
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      columns,
      empty: 'There are no intermediate certificates. Add one: certfleet intermediate add NAME --file intermediate.pem',
    }),
    showCommand({
      what: 'the intermediate certificate',
      operation: ops.show,
      show: (invocation, params) => invocation.call(ops.show, { params }),
      facts,
    }),
    deleteCommand({
      what: 'the intermediate certificate',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
