import { operations, type Policy, PolicyChange, PolicyCreation, RenewalQuestion } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { type FieldFlags, fieldsFrom, flagsFor } from '../flags.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand, searchFlags } from './list.js';
import { showCommand } from './show.js';

const ops = operations.policy;

const columns: Column<Policy>[] = [
  { title: 'Name', value: policy => policy.name },
  { title: 'Accounts', value: policy => policy.accounts.join(', '), flexible: 'cut' },
  { title: 'Key', value: policy => policy.keyAlgorithm },
  { title: 'On renewal', value: policy => `${policy.keyOnRenewal} key` },
  { title: 'Renewed', value: renewed },
  { title: 'Solver', value: policy => policy.defaultSolver ?? '–', flexible: 'cut' },
];

function renewed(policy: Policy): string {
  return policy.renewDaysBefore === null ? 'when the CA says' : `${policy.renewDaysBefore} days before`;
}

function facts(policy: Policy, format: Format): Fact[] {
  return [
    ['Name', policy.name],
    ['Accounts', policy.accounts.join(', then ')],
    ['Key', `${policy.keyAlgorithm}, ${policy.keyOnRenewal} at renewal`],
    ['Renewed', renewed(policy)],
    ...policy.renewals.map(({ lifetime, text }): Fact => [`- of ${lifetime}`, text]),
    ['Profile', policy.profile ?? "the CA's default"],
    ['Solver', policy.defaultSolver ?? 'none: each domain needs its own'],
    ['Created', momentAndDistance(policy.createdAt, format)],
  ];
}

const fields: Record<string, FieldFlags> = {
  accounts: {
    name: 'account',
    placeholder: 'name',
    help: 'An account to use; the second is the fallback of the first.',
  },
  keyAlgorithm: { help: "Of the certificates' keys." },
  keyOnRenewal: { help: 'Whether a renewal makes a new key.' },
  renewDaysBefore: {
    help: 'Days before notAfter; never more than half the lifetime. Left out: by ARI, else a third of life left.',
  },
  profile: { placeholder: 'name', help: "One of the CA's profiles (see account directory)." },
  defaultSolver: { name: 'solver', placeholder: 'name', help: 'Proves the names for which nothing nearer is set.' },
};

export const policyCommands: CommandGroup = {
  name: 'policy',
  summary: 'Policies: accounts, keys and renewal for many certificates',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      arguments: [name('What to call the policy; "default" is used by certificates that name none')],
      operation: ops.create,
      flags: flagsFor(PolicyCreation, { name: [], ...fields }),
      examples: ['policy create default --account letsencrypt --solver vs-1'],
      async run(invocation) {
        const body = invocation.body(PolicyCreation, { name: invocation.argument('name') });
        const policy = await invocation.call(ops.create, { body });
        invocation.print.facts(policy, facts(policy, invocation.print.format));
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      flags: searchFlags(ops.list.query, { account: { placeholder: 'name' }, solver: { placeholder: 'name' } }),
      columns,
      empty: 'There are no policies. Create one: certfleet policy create default --account NAME',
    }),
    showCommand({
      what: 'the policy',
      operation: ops.show,
      show: (invocation, params) => invocation.call(ops.show, { params }),
      facts,
    }),
    {
      name: 'renewals',
      summary: ops.renewals.summary,
      operation: ops.renewals,
      flags: flagsFor(RenewalQuestion),
      examples: ['policy renewals --renew-days-before 30'],
      async run(invocation) {
        const query = fieldsFrom(invocation.spec.flags ?? [], invocation.flags);
        const answer = await invocation.call(ops.renewals, { query });
        invocation.print.facts(
          answer,
          answer.items.map(({ lifetime, text }): Fact => [lifetime, text]),
        );
        return undefined;
      },
    },
    {
      name: 'change',
      summary: ops.change.summary,
      arguments: [name('The policy')],
      operation: ops.change,
      flags: flagsFor(PolicyChange, fields),
      examples: [
        'policy change default --account letsencrypt --account zerossl',
        'policy change default --profile none',
      ],
      async run(invocation) {
        const params = { name: invocation.argument('name') };
        const policy = await invocation.call(ops.change, { params, body: invocation.body(PolicyChange) });
        invocation.print.facts(policy, facts(policy, invocation.print.format));
        return undefined;
      },
    },
    deleteCommand({
      what: 'the policy',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
