import { operations, type Token, TokenCreation } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { readMoment } from '../duration.js';
import { flagsFor } from '../flags.js';
import type { Column } from '../output/table.js';
import { moment, when } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand } from './list.js';

const ops = operations.token;

const columns: Column<Token>[] = [
  { title: 'Name', value: token => token.name, flexible: 'cut' },
  { title: 'Role', value: token => token.role },
  { title: 'Created by', value: token => token.createdBy },
  { title: 'Key of', value: token => token.user ?? '–' },
  { title: 'Expires', value: (token, format) => (token.expiresAt ? when(token.expiresAt, format) : 'never') },
  { title: 'Last used', value: (token, format) => (token.lastUsedAt ? when(token.lastUsedAt, format) : 'never') },
];

export const tokenCommands: CommandGroup = {
  name: 'token',
  summary: 'API tokens for machines',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      details: ['Prints the token alone to standard output, so that it can go into a file or a variable.'],
      arguments: [name('What to call the token')],
      operation: ops.create,
      flags: [
        ...flagsFor(TokenCreation, { name: [], role: { help: 'What it may do.' }, expiresAt: [] }),
        { name: 'expires', placeholder: 'when', help: 'A date, or how long it lives: 12h, 90d. (default: never)' },
      ],
      examples: ['token create ci --role operator --expires 90d >token'],
      async run(invocation) {
        const expires = invocation.flags.text('expires');
        const body = invocation.body(TokenCreation, {
          name: invocation.argument('name'),
          ...(expires === undefined ? {} : { expiresAt: readMoment(expires, 'expires', invocation.world.now(), 1) }),
        });
        const token = await invocation.call(ops.create, { body });
        const { print } = invocation;
        const life = token.expiresAt ? `It expires at ${moment(token.expiresAt, print.format)}.` : 'It never expires.';
        print.result(token, () => `${token.token}\n`);
        print.note(`This is the only time that the token ${token.name} is shown. ${life}`);
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      columns,
      flags: flagsFor(ops.list.query, { cursor: [], limit: [], user: { placeholder: 'name' } }),
      empty: 'There are no API tokens. Create one: certfleet token create NAME --role viewer',
    }),
    deleteCommand({
      what: 'the token',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
