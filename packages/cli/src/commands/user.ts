import { operations, Password, type User, UserChange, UserCreation } from '@certfleet/contract';
import type { CommandGroup, Invocation } from '../command.js';
import { failureOfIssues } from '../failure.js';
import { flagsFor } from '../flags.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { readSecret, type SecretInput, secretFileFlag } from '../secret-input.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand } from './list.js';

const ops = operations.user;

const columns: Column<User>[] = [
  { title: 'Name', value: user => user.name },
  { title: 'Role', value: user => user.role },
  { title: 'Created', value: (user, format) => when(user.createdAt, format) },
  { title: 'Last sign-in', value: (user, format) => (user.lastSignInAt ? when(user.lastSignInAt, format) : 'never') },
];

function facts(user: User, format: Format): Fact[] {
  return [
    ['Name', user.name],
    ['Role', user.role],
    ['Created', momentAndDistance(user.createdAt, format)],
    ['Last sign-in', user.lastSignInAt ? momentAndDistance(user.lastSignInAt, format) : 'never'],
  ];
}

const passwordInput: SecretInput = {
  flag: 'password-file',
  variable: 'CERTFLEET_PASSWORD',
  question: 'New password',
};
const passwordFlag = secretFileFlag(passwordInput, 'the new password');

/** Checked before anything is sent, since the server's complaint about a field would name no option. */
async function newPassword(invocation: Invocation): Promise<string> {
  const password = await readSecret(passwordInput, { flags: invocation.flags, ...invocation.world }, true);
  const checked = Password.safeParse(password);
  if (!checked.success)
    throw failureOfIssues(
      checked.error.issues.map(one => ({ ...one, path: ['password'] })),
      [],
    );
  return password;
}

export const userCommands: CommandGroup = {
  name: 'user',
  summary: 'Users and their roles',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      arguments: [name("The user's name")],
      operation: ops.create,
      flags: [
        ...flagsFor(UserCreation, { name: [], password: [], role: { help: 'What the user may do.' } }),
        passwordFlag,
      ],
      examples: ['user create alice --role operator'],
      async run(invocation) {
        const body = invocation.body(UserCreation, {
          name: invocation.argument('name'),
          password: await newPassword(invocation),
        });
        const user = await invocation.call(ops.create, { body });
        invocation.print.facts(user, facts(user, invocation.print.format));
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      columns,
      empty: 'There are no users.',
    }),
    {
      name: 'change',
      summary: ops.change.summary,
      arguments: [name('The user')],
      operation: ops.change,
      flags: [
        ...flagsFor(UserChange, { password: [], role: { help: 'What the user may do.' } }),
        { name: 'password', help: 'Set a new password, which is asked for.' },
        passwordFlag,
      ],
      examples: ['user change alice --role admin', 'user change alice --password'],
      async run(invocation) {
        const { flags } = invocation;
        const asked = flags.has('password') || flags.has('password-file');
        const body = invocation.body(UserChange, asked ? { password: await newPassword(invocation) } : {});
        const params = { name: invocation.argument('name') };
        const user = await invocation.call(ops.change, { params, body });
        invocation.print.facts(user, facts(user, invocation.print.format));
        return undefined;
      },
    },
    deleteCommand({
      what: 'the user',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
